using System.Text;
using System.Threading.Channels;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.ServiceDefaults.Bus;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Prompts that others submitted, by ComfyUI's own page or by scripts. ComfyUI whispers their progress to their submitters, so two events
/// are all that a watcher can make of them, and it takes them from the queue and the history without touching anybody's socket.
/// </summary>
internal sealed partial class OtherPrompts(
    string instance, ComfyUiClient client, EventPublisher publisher, TimeProvider clock, ILogger logger)
{
    private const int Attempt = 1;
    private const int MaxWaiting = 1000;

    private readonly Dictionary<string, DateTimeOffset> _running = [];
    private readonly Channel<GenerationEvent> _events = Channel.CreateBounded<GenerationEvent>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Channel<(string PromptId, DateTimeOffset StartedAt)> _ended = Channel.CreateBounded<(string, DateTimeOffset)>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    public void Observe(QueueSnapshot queue)
    {
        var now = clock.GetUtcNow();
        var running = queue.Running.Where(r => r.Marker is null).Select(r => r.PromptId).ToHashSet();
        foreach (var id in running.Where(id => _running.TryAdd(id, now)))
            _events.Writer.TryWrite(Started(id, now));
        foreach (var id in _running.Keys.Except(running).ToList())
        {
            _running.Remove(id, out var startedAt);
            _ended.Writer.TryWrite((id, startedAt));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(LookUpAsync(cancellationToken), PublishAsync(cancellationToken));

    /// <summary>The id under which such a prompt is known: its own if it is a UUID.</summary>
    internal static Guid GenerationIdOf(string instance, string promptId) => Guid.TryParse(promptId, out var id)
        ? id
        : MessageIds.Version5(MessageIds.Version5(Guid.Empty, Encoding.UTF8.GetBytes(instance)), Encoding.UTF8.GetBytes(promptId));

    private async Task LookUpAsync(CancellationToken cancellationToken)
    {
        await foreach (var (id, startedAt) in ReadAsync(_ended.Reader, cancellationToken))
        {
            try
            {
                // Nothing in the history: somebody cleared it, or the server restarted. There is no outcome to tell then.
                if (await client.GetHistoryAsync(id, cancellationToken) is { } entry)
                    _events.Writer.TryWrite(Outcome(id, entry, clock.GetUtcNow() - startedAt));
            }
            catch (Exception e) when (ComfyUiResilience.IsFailure(e))
            {
                LogUnknownEnd(id, instance, e.Message);
            }
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in ReadAsync(_events.Reader, cancellationToken))
        {
            try
            {
                await publisher.PublishAsync(message, default, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogUnpublished(message.Type, message.GenerationId, e.Message);
            }
        }
    }

    private static async IAsyncEnumerable<T> ReadAsync<T>(
        ChannelReader<T> reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            T item;
            try
            {
                item = await reader.ReadAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            yield return item;
        }
    }

    private GenerationStarted Started(string promptId, DateTimeOffset now) => new()
    {
        GenerationId = GenerationIdOf(instance, promptId),
        Sequence = GenerationSequence.Of(Attempt, 1),
        Timestamp = now,
        Data = new GenerationStartedData { Instance = instance, Attempt = Attempt, TotalImages = 1 },
    };

    private GenerationEvent Outcome(string promptId, HistoryEntry entry, TimeSpan duration)
    {
        var id = GenerationIdOf(instance, promptId);
        var sequence = GenerationSequence.Of(Attempt, 2);
        var now = clock.GetUtcNow();
        if (entry.Succeeded)
        {
            return new GenerationCompleted
            {
                GenerationId = id,
                Sequence = sequence,
                Timestamp = now,
                Data = new GenerationCompletedData { Images = [], DurationSeconds = Math.Round(duration.TotalSeconds, 3) },
            };
        }

        return entry.Interrupted
            ? new GenerationCancelled { GenerationId = id, Sequence = sequence, Timestamp = now, Data = new GenerationCancelledData { Reason = "comfyui" } }
            : new GenerationFailed
            {
                GenerationId = id,
                Sequence = sequence,
                Timestamp = now,
                Data = new GenerationFailedData { Error = GenerationErrors.Of(entry.Exception, graph: null), Images = [] },
            };
    }

    [LoggerMessage(LogLevel.Warning, "How prompt {PromptId} of another client ended on {Instance} is not known: {Reason}")]
    private partial void LogUnknownEnd(string promptId, string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "{Type} of another client's prompt {GenerationId} was not published: {Reason}")]
    private partial void LogUnpublished(string type, Guid generationId, string reason);
}
