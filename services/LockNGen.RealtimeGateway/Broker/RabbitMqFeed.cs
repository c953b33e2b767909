using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.History;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>
/// Supplies this replica with events: connects, declares its queues (which collect from then on), fills the rings from the stream, then consumes
/// its queues. After any failure it starts over with other queues; duplicates are dropped by their sequence.
/// </summary>
internal sealed partial class RabbitMqFeed(
    BrokerConnections connections,
    PartitionBindings partitions,
    IEventHistory history,
    ProgressBroadcaster broadcaster,
    GenerationLogs logs,
    EventIngest ingest,
    WriteLoops loops,
    FeedState state,
    IOptions<ReplicaOptions> options,
    IOptions<BusOptions> bus,
    TimeProvider clock,
    ILogger<RabbitMqFeed> logger) : BackgroundService
{
    private static readonly Backoff Reconnect = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    /// <summary>After an interruption the stream is read from this long before it: clocks differ, and confirmed events may not have been delivered yet.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>How long after that it is read again: a stream whose node was frozen has a leader within half a minute.</summary>
    private static readonly TimeSpan[] LooksAfter = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(25)];

    private DateTimeOffset? _lastHeard;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => failures = 0, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var delay = Reconnect.DelayAfter(++failures);
                LogInterrupted(e.Message, delay.TotalSeconds);
                state.Problem = "not connected to the broker: " + e.Message;
                await Task.Delay(delay, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken stoppingToken)
    {
        logs.MayRepeat = true;
        await using var connection = await connections.OpenAsync("control", stoppingToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        // At the same node: through another, the loss of either would interrupt the replica.
        await using var consumer = await ReplicaConsumer.OpenAsync(
            connections.Factory, connection.Endpoint, connections.Name("events"), ReplicaQueues.NewName(options.Value.Name), options.Value.QueueMaxBytes, ingest, loops,
            stoppingToken);
        await using var heartbeat = clock.CreateTimer(_ => consumer.Beat(), null, BrokerNodes.Heartbeat / 2, BrokerNodes.Heartbeat / 2);
        await using var bindings = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        var queues = new ReplicaQueues(bindings, consumer, bus.Value);
        await queues.BindAsync(stoppingToken);

        using var listening = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var binding = partitions.KeepAsync(queues, listening.Token);
        try
        {
            var interrupted = Task.WhenAny(EndOf(channel), consumer.Broken, EndOf(binding)).Unwrap();
            await ListenAsync(channel, consumer, interrupted, connected, stoppingToken);
        }
        finally
        {
            await listening.CancelAsync();
            await binding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(IChannel channel, ReplicaConsumer consumer, Task<string> interrupted, Action connected, CancellationToken stoppingToken)
    {
        state.Problem = "filling the rings from the event stream";
        // Read to its end, or read again; the queue has what follows. After an interruption the stream may lag behind.
        if (_lastHeard is null)
            logs.WholeFromNow();
        else
            logs.ResumeAfterBreak();
        await ReadHistoryAsync(_lastHeard - Margin ?? clock.GetUtcNow() - options.Value.WarmUpWindow, interrupted, stoppingToken);
        await consumer.ConsumeAsync(options.Value.Prefetch, stoppingToken);
        LogListening(consumer.Events);
        using var looking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var looks = _lastHeard is { } before ? LookAgainAsync(before - Margin, looking.Token) : Task.CompletedTask;
        try
        {
            await FollowAsync(channel, consumer, interrupted, looks, connected, stoppingToken);
        }
        finally
        {
            await looking.CancelAsync();
            await looks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Reads the stream again some time after an interruption. While it had no leader it may have lagged behind other queues, and if nothing follows a missed event
    /// of a generation, nothing else reveals that it is missing.
    /// </summary>
    private async Task LookAgainAsync(DateTimeOffset since, CancellationToken stoppingToken)
    {
        foreach (var pause in LooksAfter)
        {
            await Task.Delay(pause, clock, stoppingToken);
            try
            {
                await history.ReadAsync(since, broadcaster.Deliver, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotRead(e.Message);
            }
        }

        logs.WholeFromNow();
    }

    private async Task FollowAsync(
        IChannel channel, ReplicaConsumer consumer, Task<string> interrupted, Task looks, Action connected, CancellationToken stoppingToken)
    {
        var canary = new Canary(consumer, options.Value.CanaryTimeout, clock);
        while (true)
        {
            var asked = clock.GetUtcNow();
            await channel.BasicPublishAsync("", consumer.Events, mandatory: false, new BasicProperties(), ReadOnlyMemory<byte>.Empty, stoppingToken);
            await canary.HeardAsync(interrupted, stoppingToken);
            // Only now, with the rings filled and the canary received, does the replica accept clients.
            connected();
            logs.MayRepeat = !looks.IsCompleted;
            state.Problem = null;
            // The canary queues up behind the events: once it is received, everything published before it was sent has arrived, but nothing is known of later events.
            _lastHeard = asked;
            await Task.WhenAny(interrupted, Task.Delay(options.Value.CanaryInterval, clock, stoppingToken));
            if (interrupted.IsCompleted)
                throw new IOException(await interrupted);
        }
    }

    private static Task<string> EndOf(IChannel channel)
    {
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, e) =>
        {
            end.TrySetResult(e.ReplyText);
            return Task.CompletedTask;
        };
        return end.Task;
    }

    private static async Task<string> EndOf(Task binding)
    {
        await binding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return binding.Exception?.InnerException?.Message ?? "the bindings are no longer maintained";
    }

    /// <summary>Reads the stream, however long that takes, unless the queue that collects what follows is lost meanwhile.</summary>
    private async Task ReadHistoryAsync(DateTimeOffset since, Task<string> interrupted, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var reading = history.ReadAsync(since, broadcaster.Deliver, limit.Token);
        if (await Task.WhenAny(reading, interrupted) == interrupted)
        {
            await limit.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new IOException(await interrupted);
        }

        await reading;
    }

    [LoggerMessage(LogLevel.Information, "Listening to {Queue}")]
    private partial void LogListening(string queue);

    [LoggerMessage(LogLevel.Warning, "The event stream could not be read again after a break: {Reason}")]
    private partial void LogNotRead(string reason);

    [LoggerMessage(LogLevel.Warning, "No events from the broker ({Reason}); trying again in {Delay} s")]
    private partial void LogInterrupted(string reason, double delay);
}
