using System.Collections.Concurrent;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// The one publisher of a generation's attempt. An event gets its number when it leaves, and from then on it is that event: it goes out,
/// byte for byte, again and again until the broker has confirmed, before anything behind it. Where the publisher keeps the order, none waits for the confirm of
/// the one before: a few are on their way at a time, and progress beyond that merges until the broker keeps up.
/// </summary>
internal sealed partial class GenerationOutbox(
    Guid generationId, int attempt, long? stateSequence, string instance, EventContext context, EventPublisher publisher, PublishPolicy policy, TimeProvider clock,
    WatcherMetrics metrics, ILogger logger)
{
    /// <summary>Events of one generation that the broker has not confirmed yet.</summary>
    private const int MaxOnTheirWay = 8;

    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly PendingEvents _pending = new(policy, clock);
    private readonly ConcurrentQueue<Task> _onTheirWay = new();
    private readonly NewestProgress _newest = new();
    private long _number;
    private long? _stateSequence = stateSequence;
    private string? _previewUrl;

    /// <summary>Never waits.</summary>
    /// <param name="translated">The event, without number.</param>
    /// <param name="receivedAt">When ComfyUI's frame came that caused it; null when none did.</param>
    public void Add(TranslatedEvent translated, DateTimeOffset? receivedAt = null)
    {
        if (translated.Preview is { } preview && preview.Image.Length > policy.PreviewMaxBytes)
            return;
        if (_pending.Add(new PendingEvent(translated, receivedAt)))
            metrics.Superseded(translated.Event.Type);
    }

    /// <summary>Completes when the broker has confirmed everything that was added; progress does not dawdle any more.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _pending.DrainAsync(cancellationToken);
        await Task.WhenAll(_onTheirWay).WaitAsync(cancellationToken);
    }

    /// <summary>Gives the terminal event its number. After <see cref="DrainAsync"/> only.</summary>
    public T Number<T>(T message)
        where T : GenerationEvent
    {
        var numbered = message with { Sequence = GenerationSequence.Of(attempt, ++_number), StateSequence = _stateSequence };
        if (!GenerationEventTypes.IsProgress(message.Type))
            _stateSequence = numbered.Sequence;
        return numbered;
    }

    /// <summary>Publishes a numbered event until it is confirmed.</summary>
    public async Task PublishAsync(GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(ConfirmTimeout);
            try
            {
                await PostAsync(message, preview, receivedAt, deadline.Token);
                if (tries > 1)
                    LogConfirmed(message.Type, generationId);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (tries == 1)
                    LogUnconfirmed(message.Type, generationId, e.Message);
                await Task.Delay(Retry.DelayAfter(tries), clock, cancellationToken);
            }
        }
    }

    /// <summary>Publishes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await _pending.TakeAsync(cancellationToken) is { } next)
                    await PublishAsync(next, cancellationToken);
                else
                    await RepeatAsync(cancellationToken);
                _pending.Done();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogClosed(generationId, attempt);
        }
    }

    private async Task PublishAsync(PendingEvent next, CancellationToken cancellationToken)
    {
        var message = Number(next.Translated.Event);
        message = message switch
        {
            GenerationPreviewed p => p with { Data = p.Data with { PreviewUrl = _previewUrl = policy.PreviewUrl(generationId, p.Sequence) } },
            GenerationProgressed p => p with { Data = p.Data with { PreviewUrl = _previewUrl } },
            _ => message,
        };
        _newest.Note(message);
        var preview = next.Translated.Preview is { } frame ? new EncodedPreview(frame.ContentType, frame.Image) : null;
        await SendAsync(message, preview, next.ReceivedAt, cancellationToken);
    }

    /// <summary>
    /// Publishes the newest progress again. Who has it ignores it by its number; where a state event has come after it, so would who lacks it, and
    /// it gets a new number, once.
    /// </summary>
    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        var told = _newest.Events;
        var isLeftBehind = told.Any(m => m.Sequence < _stateSequence);
        foreach (var message in told)
        {
            var again = isLeftBehind ? Number(message with { Timestamp = clock.GetUtcNow() }) : message;
            _newest.Note(again);
            await SendAsync(again, preview: null, receivedAt: null, cancellationToken);
        }
    }

    private Task SendAsync(GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt, CancellationToken cancellationToken) =>
        publisher.KeepsOrder
            ? SendOffAsync(PostAsync(message, preview, receivedAt, cancellationToken))
            : PublishAsync(message, preview, receivedAt, cancellationToken);

    private async Task PostAsync(GenerationEvent message, EncodedPreview? preview, DateTimeOffset? receivedAt, CancellationToken cancellationToken)
    {
        var headers = receivedAt is { } at ? context with { ReceivedAt = at.ToUnixTimeMilliseconds() * 1000 + at.Microsecond } : context;
        if (preview is not null)
        {
            // Where the order is kept the bytes are there first, and whether they have arrived the event need not know.
            var bytes = publisher.PostAsync(preview.Of(message), headers, cancellationToken);
            if (!publisher.KeepsOrder)
                await bytes;
        }

        await publisher.PostAsync(message, headers, cancellationToken);
        metrics.Published(instance, message.Type, clock.GetUtcNow() - receivedAt);
    }

    private async Task SendOffAsync(Task sent)
    {
        _onTheirWay.Enqueue(sent);
        while (_onTheirWay.TryPeek(out var first) && (first.IsCompleted || _onTheirWay.Count > MaxOnTheirWay))
        {
            await first;
            _onTheirWay.TryDequeue(out _);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Type} of {GenerationId} was not confirmed, trying until it is: {Reason}")]
    private partial void LogUnconfirmed(string type, Guid generationId, string reason);

    [LoggerMessage(LogLevel.Information, "{Type} of {GenerationId} is confirmed now")]
    private partial void LogConfirmed(string type, Guid generationId);

    [LoggerMessage(LogLevel.Debug, "Publishing for {GenerationId}, attempt {Attempt}, is over")]
    private partial void LogClosed(Guid generationId, int attempt);
}
