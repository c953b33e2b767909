using LockNGen.Hosting.Resilience;
using MassTransit.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LockNGen.Messaging;

/// <summary>
/// Moves what older versions left in classic queues to the quorum queues that replace them. Until an old queue is empty its new one is
/// not read, so that order stays as it was; then messages go to the new one only, and the old one is removed once no process of an older version
/// reads it any more. Nothing is lost on the way: a message leaves the old queue when the new one has confirmed it, and in the moment when both
/// queues are bound it may arrive twice, which every reader tolerates.
/// </summary>
internal sealed partial class QueueTakeover(BusParts parts, IServiceProvider services, BrokerNodes nodes, TimeProvider clock, ILogger<QueueTakeover> logger)
    : BackgroundService, IReceiveEndpointDependency
{
    private const ushort NotFound = 404;
    private const ushort PreconditionFailed = 406;

    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public Task Ready => _ready.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var waiting = parts.DurableQueues(services).ToList();
        if (waiting.Count == 0)
            return;
        for (var failures = 0; waiting.Count > 0 || !_ready.Task.IsCompleted;)
        {
            try
            {
                await TakeOverAsync(waiting, stoppingToken);
                failures = 0;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (failures++ == 0)
                    LogInterrupted(e.Message);
            }

            if (waiting.Count > 0 || !_ready.Task.IsCompleted)
                await Task.Delay(failures > 0 ? Retry.DelayAfter(failures) : Poll, clock, stoppingToken);
        }
    }

    /// <summary>Removes from the list what is finished.</summary>
    private async Task TakeOverAsync(List<DurableQueue> waiting, CancellationToken cancellationToken)
    {
        await using var connection = await nodes.CreateFactory().CreateConnectionAsync("queue takeover", cancellationToken);
        foreach (var queue in waiting.ToList())
        {
            if (await ExistsAsync(connection, queue.Exchange, cancellationToken))
                await SwitchAsync(connection, queue, cancellationToken);
            else
                waiting.Remove(queue);
        }

        _ready.TrySetResult();
        foreach (var queue in waiting.ToList())
        {
            if (await RemoveAsync(connection, queue, cancellationToken))
                waiting.Remove(queue);
        }
    }

    /// <summary>Empties the old queue, and binds the new one to receive new messages.</summary>
    private async Task SwitchAsync(IConnection connection, DurableQueue queue, CancellationToken cancellationToken)
    {
        await using var channel = await OpenAsync(connection, cancellationToken);
        await queue.DeclareAsync(channel, cancellationToken);
        var moved = 0;
        while (await channel.QueueDeclarePassiveAsync(queue.Exchange, cancellationToken) is { MessageCount: > 0 } old)
        {
            // A process of an older version is reading it, in order.
            if (old.ConsumerCount > 0)
                await Task.Delay(Poll, clock, cancellationToken);
            else
                moved += await MoveAsync(channel, queue, cancellationToken);
        }

        await queue.BindAsync(channel, cancellationToken);
        await channel.QueueUnbindAsync(queue.Exchange, queue.Exchange, routingKey: "", cancellationToken: cancellationToken);
        moved += await MoveAsync(channel, queue, cancellationToken);
        LogSwitched(queue.Exchange, queue.Name, moved);
    }

    /// <summary>Removes the old queue; false while it is read.</summary>
    private static async Task<bool> RemoveAsync(IConnection connection, DurableQueue queue, CancellationToken cancellationToken)
    {
        await using var channel = await OpenAsync(connection, cancellationToken);
        try
        {
            await channel.QueueDeleteAsync(queue.Exchange, ifUnused: true, ifEmpty: true, cancellationToken: cancellationToken);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            return false;
        }
    }

    private static async Task<int> MoveAsync(IChannel channel, DurableQueue queue, CancellationToken cancellationToken)
    {
        var moved = 0;
        while (await channel.BasicGetAsync(queue.Exchange, autoAck: false, cancellationToken) is { } message)
        {
            // Waits for the confirm.
            await channel.BasicPublishAsync("", queue.Name, mandatory: true, new BasicProperties(message.BasicProperties), message.Body, cancellationToken);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            moved++;
        }

        return moved;
    }

    private static async Task<bool> ExistsAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await OpenAsync(connection, cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
    }

    private static Task<IChannel> OpenAsync(IConnection connection, CancellationToken cancellationToken) =>
        connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);

    [LoggerMessage(LogLevel.Information, "The classic queue {Old} of an older version is replaced by the quorum queue {New}; {Moved} messages were moved")]
    private partial void LogSwitched(string old, string @new, int moved);

    [LoggerMessage(LogLevel.Warning, "Could not yet check whether an older version left queues ({Reason}); retrying")]
    private partial void LogInterrupted(string reason);
}
