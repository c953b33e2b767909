using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace LockNGen.Messaging;

/// <summary>
/// Makes the bus leave a connection that has become useless, where MassTransit would keep it.
/// <list type="bullet">
/// <item>The broker refuses a message: a channel of RabbitMQ 3.10 that first sends to a quorum queue between the loss of its leader and the election
/// of another refuses whatever is sent to that queue until the lost node is back. MassTransit repeats the message, on the same channel.</item>
/// <item>The connection is closed, but an endpoint goes on reading from it: RabbitMQ.Client (up to 7.2.2) reports a closed connection handler by
/// handler, and a handler can wait forever (its issues 1802 and 1865, and its pull request 2005, which came after 7.2.2).</item>
/// </list>
/// A filter of the endpoints' channels, and not of their connection: MassTransit 8.5.12 never builds what <c>ConfigureConnection</c> gets.
/// </summary>
internal sealed partial class ConnectionWatch(TimeProvider clock, ILogger<ConnectionWatch> logger) : IFilter<ChannelContext>, ISendObserver, IPublishObserver
{
    /// <summary>MassTransit leaves a closed connection at once: if it is still reading from it after this many checks, it never will.</summary>
    private const int Looks = 5;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Refusals come in bursts, including those of callers waiting on the previous connection, and an election may take seconds.</summary>
    private static readonly TimeSpan ClosePause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();

    /// <summary>All channels of the bus are on one connection; this is the newest that an endpoint reads from.</summary>
    private IConnection? _connection;

    private long? _closedAt;

    /// <summary>Runs for as long as an endpoint reads from a channel.</summary>
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        var connection = context.ConnectionContext.Connection;
        lock (_gate)
            _connection = connection;
        var reading = next.Send(context);
        using var interval = new PeriodicTimer(LookInterval, clock);
        for (var closed = 0; closed < Looks; closed = connection.IsOpen ? 0 : closed + 1)
        {
            var look = interval.WaitForNextTickAsync(CancellationToken.None).AsTask();
            if (await Task.WhenAny(reading, look) == reading)
            {
                await reading;
                return;
            }
        }

        LogLeft(Looks * LookInterval);
        throw new RabbitMqConnectionException("The endpoint went on reading from a connection that is closed.");
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("connectionWatch");

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Failed(exception);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Failed(exception);

    private Task Failed(Exception? exception)
    {
        if (IsRefusal(exception) && TakeConnection() is { } connection)
        {
            LogRefused();
            // Not awaited: senders continue on another connection, and this one may take its time to close.
            _ = connection.AbortAsync(CloseTimeout);
        }

        return Task.CompletedTask;
    }

    private IConnection? TakeConnection()
    {
        lock (_gate)
        {
            if (_connection is not { IsOpen: true } connection || (_closedAt is { } at && clock.GetElapsedTime(at) < ClosePause))
                return null;
            _closedAt = clock.GetTimestamp();
            return connection;
        }
    }

    /// <summary>A message returned because there is no such queue is not a refusal.</summary>
    private static bool IsRefusal(Exception? exception) => exception.Causes().Any(e => e is PublishException { IsReturn: false });

    [LoggerMessage(LogLevel.Warning, "The broker refused a message: leaving the connection for a new one, whose channels know the queue's leader")]
    private partial void LogRefused();

    [LoggerMessage(LogLevel.Warning, "An endpoint of the bus has been reading from a closed connection for {Since}: leaving it")]
    private partial void LogLeft(TimeSpan since);
}
