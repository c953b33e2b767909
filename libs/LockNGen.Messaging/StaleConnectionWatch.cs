using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;

namespace LockNGen.Messaging;

/// <summary>
/// Ends the process when the bus keeps using a connection that is closed, or a queue whose node is lost.
/// RabbitMQ.Client (to 7.2.2) tells of a closed connection handler by handler,
/// and a handler can wait for ever (its issues 1802 and 1865, and its pull request 2005, which came after 7.2.2): MassTransit then never hears of it
/// and asks the dead connection for new channels for as long as the process lives. Nothing in the process can replace that connection, and a process
/// that is killed loses nothing here, so it ends for whoever runs it to start it again.
/// </summary>
internal sealed partial class StaleConnectionWatch(IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<StaleConnectionWatch> logger)
    : IReceiveEndpointObserver, ISendObserver, IPublishObserver
{
    /// <summary>A connection that closes is replaced at the next try: so many tries on a closed one, over so long, mean that it will not be.</summary>
    private const int Tries = 2;

    private const ushort NotFound = 404;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // The bus has one connection to receive and one to send.
    private readonly Streak _receiving = new();
    private readonly Streak _sending = new();

    public Task Ready(ReceiveEndpointReady ready) => Succeeded(_receiving);

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Failed(_receiving, faulted.Exception);

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Succeeded(_sending);

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Failed(_sending, exception);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Succeeded(_sending);

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Failed(_sending, exception);

    private static Task Succeeded(Streak streak)
    {
        streak.End();
        return Task.CompletedTask;
    }

    private Task Failed(Streak streak, Exception? exception)
    {
        // A wait that was ended says nothing; any other failure comes from an attempt to connect.
        if (exception is OperationCanceledException)
            return Task.CompletedTask;
        if (!IsOfClosedConnection(exception) && !IsOfLostQueue(exception))
            streak.End();
        else if (streak.Lengthen(clock) is var (tries, since) && tries >= Tries && since >= Patience)
            End(since);
        return Task.CompletedTask;
    }

    private void End(TimeSpan since)
    {
        LogStale(since);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private static bool IsOfClosedConnection(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AlreadyClosedException)
                return true;
        }

        return false;
    }

    /// <summary>
    /// A classic queue cannot be declared while the node that has it is down. Those that are read through the bus belong to one process, which
    /// declares another when it starts again.
    /// </summary>
    private static bool IsOfLostQueue(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is OperationInterruptedException { ShutdownReason: { ReplyCode: NotFound, ReplyText: { } text } }
                && text.Contains("home node", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    [LoggerMessage(LogLevel.Critical, "The bus has been using a closed connection to the broker, or a queue of a lost node, for {Since} and will not notice: ending, to be started again")]
    private partial void LogStale(TimeSpan since);

    /// <summary>Failures without a success, or a failure of another kind, between them.</summary>
    private sealed class Streak
    {
        private readonly Lock _lock = new();
        private int _tries;
        private long _since;

        public (int Tries, TimeSpan Since) Lengthen(TimeProvider clock)
        {
            lock (_lock)
            {
                if (_tries++ == 0)
                    _since = clock.GetTimestamp();
                return (_tries, clock.GetElapsedTime(_since));
            }
        }

        public void End()
        {
            // Almost always there is nothing to end, and sends are many.
            if (Volatile.Read(ref _tries) == 0)
                return;
            lock (_lock)
                _tries = 0;
        }
    }
}
