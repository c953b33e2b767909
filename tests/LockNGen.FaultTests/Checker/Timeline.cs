using LockNGen.FaultTests.Readers;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Checker;

/// <summary>Everything that is known of one generation, in the order in which it happened.</summary>
internal static class Timeline
{
    public static async Task<IReadOnlyList<string>> LinesAsync(Guid generation, Evidence evidence, Journal journal)
    {
        var lines = new List<string>(await journal.LinesAboutAsync(generation));
        lines.AddRange(evidence.Schedule.Faults.SelectMany(f => (string[])[$"{Journal.Time(f.BrokenAt)} fault: {f.Fault}", $"{Journal.Time(f.MendedAt)} fault: mended: {f.Fault}"]));
        if (evidence.Published.Generations.TryGetValue(generation, out var events))
            lines.AddRange(events.Events.Select(e => $"{Journal.Time(e.SeenAt)} event, first seen by {e.SeenBy}{(e.IsLate ? ", late" : "")}: {e.Json}"));
        foreach (var render in evidence.Renders.Where(r => r.Generation == generation))
        {
            lines.Add($"{Journal.Time(render.StartedAt)} {render.Instance}: picture {render.ImageIndex} of attempt {render.Attempt} starts");
            if (render.EndedAt is { } endedAt)
                lines.Add($"{Journal.Time(endedAt)} {render.Instance}: picture {render.ImageIndex} of attempt {render.Attempt}: {render.Outcome}");
        }

        foreach (var watch in evidence.Published.Watches.Where(w => w.Generation == generation))
            lines.AddRange(watch.Steps.Select(s => $"{Journal.Time(s.At)} reader {watch.Reader}: {Text(s)}"));
        // By time alone: what happened in one millisecond stays as its author had it.
        return Trim([.. lines.OrderBy(l => l[..Journal.TimeLength], StringComparer.Ordinal)]);
    }

    private static string Text(Step step) => step.Kind switch
    {
        StepKind.Connected => step.Sequence < 0 ? $"connects to {step.Text}" : $"connects to {step.Text}, after {step.Sequence}",
        StepKind.Event => $"{step.Text} {step.Sequence}",
        StepKind.Gap => $"gap: {step.Text}",
        StepKind.Snapshot => $"snapshot {step.Sequence}: {step.Text}",
        _ => $"connection lost: {step.Text}",
    };

    /// <summary>Faults long before and after are of other timelines.</summary>
    private static List<string> Trim(List<string> lines)
    {
        bool IsFault(string line) => line.Contains(" fault: ", StringComparison.Ordinal);
        var first = lines.FindIndex(l => !IsFault(l));
        var last = lines.FindLastIndex(l => !IsFault(l));
        return first < 0 ? lines : lines[Math.Max(0, first - 4)..Math.Min(lines.Count, last + 3)];
    }
}
