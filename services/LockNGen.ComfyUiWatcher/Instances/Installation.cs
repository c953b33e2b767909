using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Caching.Memory;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Recognizes this installation's prompts: others may share a server, under the same instance name. Prompts of versions that did not mark
/// theirs are ours if our API knows their generation.
/// </summary>
internal sealed class Installation(CommandClient commands) : IDisposable
{
    private const int MaxGenerations = 1000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxGenerations });

    /// <summary>The API's name for it; null before its first answer, and with an API of an older version.</summary>
    public string? Id { get; set; }

    /// <summary>Whether a marker names this installation, or none.</summary>
    public bool IsMarkedBy(PromptMarker marker) => marker.Installation is not { } installation || installation == Id;

    /// <summary>Whether a prompt with this marker is ours to stop.</summary>
    /// <exception cref="Exception">The API does not answer.</exception>
    public async Task<bool> OwnsAsync(PromptMarker marker, CancellationToken cancellationToken)
    {
        if (marker.Installation is not null)
            return IsMarkedBy(marker);
        if (_known.TryGetValue(marker.GenerationId, out bool known))
            return known;
        var answer = await commands.RequestAsync<GetSnapshot, SnapshotAnswer>(
            BusQueues.GenerationApi, new GetSnapshot { GenerationId = marker.GenerationId }, cancellationToken);
        return _known.Set(
            marker.GenerationId, answer.Snapshot is not null, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });
    }

    public void Dispose() => _known.Dispose();
}
