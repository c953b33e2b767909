using Microsoft.Extensions.Caching.Memory;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// The progress of generations that this watcher has published. The ledger knows it from heartbeats: if they did not get through, it hands the work
/// out again, often to the same watcher, with less than what readers have seen.
/// </summary>
internal sealed class ReportedProgress : IDisposable
{
    private const int MaxGenerations = 10_000;

    /// <summary>Longer than a generation stays without an attempt while its instance is there.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _reported = new(new MemoryCacheOptions { SizeLimit = MaxGenerations });

    /// <summary>Remembers what the ending attempt has published.</summary>
    public void Note(Guid generationId, int overallProgress) =>
        _reported.Set(generationId, overallProgress, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });

    /// <summary>Where the next attempt begins, given what the ledger knows.</summary>
    public int AtLeast(Guid generationId, int known) => Math.Max(known, _reported.Get<int?>(generationId) ?? 0);

    public void Dispose() => _reported.Dispose();
}
