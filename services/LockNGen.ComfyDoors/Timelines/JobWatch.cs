using System.Collections.Concurrent;
using System.Threading.Channels;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>Watchers of one generation each, regardless of who submitted it, and the progress of each running generation.</summary>
internal sealed class JobWatch
{
    /// <summary>Limits the generations whose progress is remembered; that of others is requested.</summary>
    private const int MaxKnown = 10_000;
    private const int MaxPreviews = 128;
    private const int MaxWaiting = 64;

    private readonly ConcurrentDictionary<Guid, GenerationProgressedData> _progress = new();
    private readonly ConcurrentDictionary<Guid, GenerationPreviewBytes> _previews = new();
    private readonly ConcurrentDictionary<Guid, List<Channel<object>>> _watchers = new();

    public GenerationProgressedData? ProgressOf(Guid id) => _progress.GetValueOrDefault(id);

    public GenerationPreviewBytes? PreviewOf(Guid id) => _previews.GetValueOrDefault(id);

    /// <summary>Applies an event.</summary>
    public void Take(GenerationEvent message)
    {
        if (message is GenerationProgressed progress && (_progress.Count < MaxKnown || _progress.ContainsKey(message.GenerationId)))
            _progress[message.GenerationId] = progress.Data;
        if (GenerationEventTypes.IsTerminal(message.Type))
        {
            _progress.TryRemove(message.GenerationId, out _);
            _previews.TryRemove(message.GenerationId, out _);
        }

        Notify(message.GenerationId, message);
    }

    /// <summary>Applies a picture.</summary>
    public void Take(GenerationPreviewBytes preview)
    {
        if (_previews.Count < MaxPreviews || _previews.ContainsKey(preview.GenerationId))
            _previews[preview.GenerationId] = preview;
        Notify(preview.GenerationId, preview);
    }

    /// <summary>Watches a generation: events and pictures. Only the newest ones wait, because a watcher that misses one asks anyway.</summary>
    public Follower Follow(Guid id)
    {
        var channel = Channel.CreateBounded<object>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
        var list = _watchers.GetOrAdd(id, _ => []);
        lock (list)
            list.Add(channel);
        return new Follower(channel.Reader, () =>
        {
            lock (list)
            {
                list.Remove(channel);
                if (list.Count == 0)
                    _watchers.TryRemove(KeyValuePair.Create(id, list));
            }
        });
    }

    private void Notify(Guid id, object message)
    {
        if (!_watchers.TryGetValue(id, out var list))
            return;
        lock (list)
        {
            foreach (var channel in list)
                channel.Writer.TryWrite(message);
        }
    }
}

/// <summary>A watcher of a generation.</summary>
internal sealed class Follower(ChannelReader<object> reader, Action leave) : IDisposable
{
    /// <summary>The next event or picture; null if none arrives in this time.</summary>
    public async Task<object?> NextAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            return await reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => leave();
}
