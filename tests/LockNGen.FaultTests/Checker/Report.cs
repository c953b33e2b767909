using System.Globalization;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Checker;

/// <summary>The result of a run: the table, the timelines of broken promises, and the summary line.</summary>
internal sealed class Report(Evidence evidence, Journal journal, RunOptions options)
{
    private const int MaxTimelines = 3;
    private const int MaxExamples = 3;

    /// <summary>Prints everything; returns whether all promises held.</summary>
    public async Task<bool> PrintAsync()
    {
        Promise[] promises = [.. OutcomeCheck.Check(evidence), .. ReaderCheck.Check(evidence), RenderCheck.Check(evidence), .. ServiceCheck.Check(evidence)];
        await using (var file = new StreamWriter(Path.Combine(journal.Folder, "report.md")))
        {
            foreach (var line in Lines(promises))
            {
                await file.WriteLineAsync(line);
                Console.WriteLine(line);
            }
        }

        await WriteAsync(promises);
        var failed = promises.Count(p => p.Violations.Count > 0);
        var skipped = promises.Count(p => p.Checked == 0);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{promises.Length - failed - skipped} passed, {failed} failed, {skipped} skipped"));
        return failed == 0;
    }

    private IEnumerable<string> Lines(Promise[] promises)
    {
        yield return "";
        yield return $"Seed {options.Seed}, {options.Minutes} minutes: {evidence.Load.Accepted.Count} generations accepted, {evidence.Published.Generations.Values.Sum(g => g.Events.Count)} events, "
            + $"{evidence.Published.Watches.Count} times followed, {evidence.Schedule.Faults.Count} faults.";
        yield return "";
        yield return "| promise | checked | broken |";
        yield return "| --- | ---: | ---: |";
        foreach (var promise in promises)
            yield return $"| {promise.Title} | {promise.Checked} | {promise.Violations.Count} |";
        yield return "";
        yield return "| seconds to recover, after | times | median | longest |";
        yield return "| --- | ---: | ---: | ---: |";
        foreach (var kind in evidence.Schedule.Recoveries.Where(r => r.Seconds is not null).GroupBy(r => r.Kind).OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            var seconds = kind.Select(r => r.Seconds!.Value).Order().ToList();
            yield return string.Create(CultureInfo.InvariantCulture, $"| {kind.Key} | {seconds.Count} | {seconds[seconds.Count / 2]:F1} | {seconds[^1]:F1} |");
        }

        yield return "";
        yield return "| memory, MB | processes | first | highest | last |";
        yield return "| --- | ---: | ---: | ---: | ---: |";
        foreach (var service in evidence.Memory.Processes.GroupBy(p => p.Service).OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var highest = service.MaxBy(p => p.Highest)!;
            yield return $"| {service.Key} | {service.Count()} | {highest.First} | {highest.Highest} | {highest.Last} |";
        }

        yield return "";
    }

    private async Task WriteAsync(Promise[] promises)
    {
        var told = new HashSet<Guid>();
        foreach (var promise in promises.Where(p => p.Violations.Count > 0))
        {
            Console.WriteLine($"BROKEN: {promise.Title}");
            foreach (var violation in promise.Violations.Take(MaxExamples))
            {
                Console.WriteLine($"  {violation.Generation?.ToString() ?? "system"}: {violation.What}");
                if (violation.Generation is { } generation && told.Add(generation))
                    await WriteAsync(generation, aloud: told.Count <= MaxTimelines);
            }
        }

        if (promises.Any(p => p.Violations.Count > 0))
            Console.WriteLine($"All logs and timelines: {journal.Folder}\nOnce more, with the same faults: {options.Command}");
    }

    private async Task WriteAsync(Guid generation, bool aloud)
    {
        var timeline = await Timeline.LinesAsync(generation, evidence, journal);
        await File.WriteAllLinesAsync(Path.Combine(journal.Folder, $"timeline-{generation}.txt"), timeline);
        foreach (var line in aloud ? timeline : [])
            Console.WriteLine("    " + line);
    }
}
