namespace LockNGen.FaultTests.Checker;

/// <summary>Webhooks, processes, memory, recovery.</summary>
internal static class ServiceCheck
{
    /// <summary>What no service of this load comes near, and a leak of half an hour passes.</summary>
    private const long MaxMegabytes = 600;

    public static IEnumerable<Promise> Check(Evidence evidence)
    {
        var webhooks = new Promise("every outcome is delivered to its webhooks");
        foreach (var (id, generation) in evidence.Published.Generations)
        {
            if (generation.Outcome is not { } outcome)
                continue;
            webhooks.Check(evidence.Webhooks.HasOutcome(id, outcome.Type, ofGeneration: false), $"{outcome.Type} did not come to the webhook of all", id);
            if (evidence.Load.Accepted.TryGetValue(id, out var accepted) && accepted.HasWebhook)
                webhooks.Check(evidence.Webhooks.HasOutcome(id, outcome.Type, ofGeneration: true), $"{outcome.Type} did not come to the generation's own webhook", id);
        }

        var processes = new Promise("no process ends by itself; SIGTERM ends it with code 0");
        foreach (var service in evidence.System.Services)
        {
            processes.Check(service.UnexpectedEnds.Count == 0, string.Join("; ", service.UnexpectedEnds));
        }

        var memory = new Promise($"no process holds more than {MaxMegabytes} MB");
        foreach (var process in evidence.Memory.Processes)
            memory.Check(process.Highest <= MaxMegabytes, $"{process.Service}: {process.Highest} MB");

        var recovery = new Promise("well again within three minutes of every fault");
        foreach (var round in evidence.Schedule.Recoveries)
            recovery.Check(round.Seconds is not null, $"not after {round.Faults}");
        return [webhooks, processes, memory, recovery];
    }
}
