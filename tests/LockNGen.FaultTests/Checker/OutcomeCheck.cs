using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.FaultTests.Checker;

/// <summary>The outcome of each generation, and what was published about it.</summary>
internal static class OutcomeCheck
{
    public static IEnumerable<Promise> Check(Evidence evidence)
    {
        var ended = new Promise("every accepted generation has an outcome");
        var once = new Promise("exactly one outcome");
        var same = new Promise("one number, one event");
        var complete = new Promise("no state event lost on the way to the broker's subscribers");
        var rising = new Promise("overall progress never falls");
        var recorded = new Promise("the API has recorded that outcome, and its pictures can be fetched");
        foreach (var accepted in evidence.Load.Accepted.Values)
            ended.Check(evidence.Published.HasEnded(accepted.Id), $"{accepted.Kind} accepted at {accepted.At:HH:mm:ss} has no outcome", accepted.Id);

        foreach (var (id, generation) in evidence.Published.Generations)
        {
            var events = generation.Events;
            var outcomes = events.Where(e => GenerationEventTypes.IsTerminal(e.Type)).ToList();
            once.Check(outcomes.Count <= 1, $"outcomes: {string.Join(", ", outcomes.Select(o => $"{o.Type} {o.Sequence}"))}", id);
            same.Check(generation.Contradictions.Count == 0, string.Join("; ", generation.Contradictions.Take(2)), id);
            complete.Check(MissingState(events) is not { } missing, $"missing: {MissingState(events)}", id);
            rising.Check(!Falls(events), "overallProgress falls", id);
            if (outcomes is [var outcome, ..] && evidence.Records.TryGetValue(id, out var record))
            {
                recorded.Check(
                    "generation." + record.Status == outcome.Type && record.Images == Images(outcome.Json) && record.MissingImages.Count == 0,
                    $"{outcome.Type} with {Images(outcome.Json)} picture(s); recorded: {record.Status} with {record.Images}, not to be had: {string.Join(", ", record.MissingImages)}",
                    id);
            }
        }

        return [ended, once, same, complete, rising, recorded];
    }

    /// <summary>Each attempt begins with a state event, and each picture of the outcome has had its own.</summary>
    private static string? MissingState(IReadOnlyList<Readers.PublishedEvent> events)
    {
        foreach (var attempt in events.GroupBy(e => GenerationSequence.Attempt(e.Sequence)))
        {
            if (attempt.Key > 0 && attempt.First().Type == GenerationEventTypes.Node)
                return $"the begin of attempt {attempt.Key}";
        }

        if (events.FirstOrDefault(e => e.Type == GenerationEventTypes.Completed) is not { } completed)
            return null;
        var told = events.Where(e => e.Type == GenerationEventTypes.Image).Select(e => Data(e.Json).GetProperty("image").GetProperty("index").GetInt32()).ToHashSet();
        var unreported = Data(completed.Json).GetProperty("images").EnumerateArray().Select(i => i.GetProperty("index").GetInt32()).Where(i => !told.Contains(i)).ToList();
        return unreported.Count == 0 ? null : $"generation.image {string.Join(", ", unreported)}";
    }

    private static bool Falls(IReadOnlyList<Readers.PublishedEvent> events)
    {
        var highest = 0;
        foreach (var progress in events.Where(e => e.Type == GenerationEventTypes.Progress && !e.IsLate))
        {
            var overall = Data(progress.Json).GetProperty("overallProgress").GetInt32();
            if (overall < highest)
                return true;
            highest = overall;
        }

        return false;
    }

    private static int Images(string outcome) => Data(outcome).TryGetProperty("images", out var images) ? images.GetArrayLength() : 0;

    private static JsonElement Data(string json) => JsonElement.Parse(json).GetProperty("data");
}
