using System.Collections.Concurrent;
using System.Globalization;

namespace LockNGen.FaultTests.Rig;

/// <summary>How the resident memory of each service's processes grows, after the first half minute of each.</summary>
internal sealed class MemoryWatch(IReadOnlyList<Service> services)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Service, int Process), ProcessMemory> _processes = new();

    /// <summary>What was seen of each process that lived long enough.</summary>
    public IReadOnlyList<ProcessMemory> Processes => [.. _processes.Values];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var service in services)
                await SampleAsync(service);
            await Task.Delay(Interval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SampleAsync(Service service)
    {
        if (service.Process is not { Ended.IsCompleted: false } process || DateTimeOffset.UtcNow - service.StartedAt < Settling)
            return;
        try
        {
            var pages = (await File.ReadAllTextAsync($"/proc/{process.Id}/statm")).Split(' ')[1];
            var megabytes = long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize / (1 << 20);
            _processes.AddOrUpdate(
                (service.Name, process.Id),
                _ => new ProcessMemory(service.Name, megabytes, megabytes, megabytes),
                (_, seen) => seen with { Highest = Math.Max(seen.Highest, megabytes), Last = megabytes });
        }
        catch (IOException)
        {
            // It has just ended.
        }
    }
}

/// <summary>Resident memory of one process, in megabytes.</summary>
internal sealed record ProcessMemory(string Service, long First, long Highest, long Last);
