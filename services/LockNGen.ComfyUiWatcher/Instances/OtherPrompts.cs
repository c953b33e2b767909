using System.Collections.Concurrent;
using System.Threading.Channels;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Prompts that others submitted, by ComfyUI's own page or by scripts. ComfyUI whispers their progress to their submitters, so their start
/// and their outcome are all that a watcher can tell, and it takes them from the queue and the history without touching anybody's socket.
/// </summary>
internal sealed partial class OtherPrompts(string instance, ComfyUiClient client, EventPublisher publisher, TimeProvider clock, ILogger logger)
{
    private const int MaxWaiting = 1000;
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset?> _open = new();
    private readonly RecentIds _told = new(MaxWaiting);
    private readonly HashSet<string> _before = [];
    private readonly Channel<GenerationEvent> _events = Bounded<GenerationEvent>();
    private readonly Channel<Ended> _ended = Bounded<Ended>();
    private (long StatusFrames, string Queue)? _last;
    private bool _historyIsKnown;

    /// <summary>Compares the queue with what it was.</summary>
    /// <param name="queue">What it is now.</param>
    /// <param name="statusFrames">How often the server has announced a change. A prompt that is served from the cache comes and goes between two looks.</param>
    public void Observe(QueueSnapshot queue, long statusFrames)
    {
        var now = clock.GetUtcNow();
        foreach (var item in queue.Pending.Where(i => i.Marker is null))
            _open.TryAdd(item.PromptId, null);
        foreach (var item in queue.Running.Where(i => i.Marker is null && _open.GetValueOrDefault(i.PromptId) is null))
        {
            _open[item.PromptId] = now;
            _events.Writer.TryWrite(OtherPromptEvents.Started(instance, item.PromptId, now));
        }

        foreach (var id in _open.Keys.Where(id => queue.Find(id) is null).ToList())
        {
            _open.TryRemove(id, out var startedAt);
            _ended.Writer.TryWrite(new Ended(id, startedAt));
        }

        var look = (statusFrames, $"{string.Join(',', queue.Running.Select(i => i.PromptId))};{string.Join(',', queue.Pending.Select(i => i.PromptId))}");
        if (_last is not { } last || (last.Queue == look.Item2 && last.StatusFrames != statusFrames))
            _ended.Writer.TryWrite(Ended.Unseen);
        _last = look;
    }

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(ForEachAsync(_ended.Reader, LookUpAsync, cancellationToken), ForEachAsync(_events.Reader, PublishAsync, cancellationToken));

    private async Task LookUpAsync(Ended ended, CancellationToken cancellationToken)
    {
        try
        {
            if (ended == Ended.Unseen)
                await LookUpUnseenAsync(cancellationToken);
            // Nothing in the history: somebody deleted it or cleared the history, or the server restarted. There is no outcome to tell then.
            else if (await client.GetHistoryAsync(ended.PromptId, cancellationToken) is { } entry)
                Tell(ended, entry);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            LogUnknownEnd(ended.PromptId, instance, e.Message);
        }
    }

    private async Task LookUpUnseenAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, entry) in await client.GetNewestHistoryAsync(cancellationToken))
        {
            // What was there before this watcher is no news, and what is still open will be looked up when it is not.
            if (!_historyIsKnown)
                _before.Add(id);
            else if (entry.Marker is null && !_before.Contains(id) && !_open.ContainsKey(id))
                Tell(new Ended(id, StartedAt: null), entry);
        }

        _historyIsKnown = true;
    }

    private void Tell(Ended ended, HistoryEntry entry)
    {
        if (!_told.Add(ended.PromptId))
            return;
        var now = clock.GetUtcNow();
        if (ended.StartedAt is null)
            _events.Writer.TryWrite(OtherPromptEvents.Started(instance, ended.PromptId, now));
        _events.Writer.TryWrite(OtherPromptEvents.Outcome(instance, ended.PromptId, entry, ended.StartedAt ?? now, now));
    }

    private async Task PublishAsync(GenerationEvent message, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ConfirmTimeout);
        try
        {
            await publisher.PublishAsync(message, default, deadline.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnpublished(message.Type, message.GenerationId, e.Message);
        }
    }

    private static async Task ForEachAsync<T>(ChannelReader<T> reader, Func<T, CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in reader.ReadAllAsync(cancellationToken))
                await action(item, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The watcher stops.
        }
    }

    private static Channel<T> Bounded<T>() => Channel.CreateBounded<T>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    [LoggerMessage(LogLevel.Warning, "How prompt {PromptId} of another client ended on {Instance} is not known: {Reason}")]
    private partial void LogUnknownEnd(string promptId, string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "{Type} of another client's prompt {GenerationId} was not published: {Reason}")]
    private partial void LogUnpublished(string type, Guid generationId, string reason);

    /// <summary>A prompt that has left the queue; its start is null if it was never seen running.</summary>
    private sealed record Ended(string PromptId, DateTimeOffset? StartedAt)
    {
        /// <summary>Prompts that were never seen at all.</summary>
        public static Ended Unseen { get; } = new("", StartedAt: null);
    }
}
