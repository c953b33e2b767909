using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;

namespace LockNGen.Messaging;

/// <summary>
/// The endpoints whose queue is on a single node of the broker. While that node is down, its queue can be neither declared nor read; under another name it is
/// declared on a living one, and the old one expires. They are connected before the bus starts, so that it is not healthy without them.
/// </summary>
internal sealed partial class OneNodeEndpoints(IReceiveEndpointConnector bus, BusParts parts, IServiceProvider services, ILogger<OneNodeEndpoints> logger)
    : BackgroundService
{
    /// <summary>The number of names is limited, so that a process leaves few queues behind on an unhealthy broker.</summary>
    private const int MaxNames = 3;

    private const ushort NotFound = 404;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private IReadOnlyList<Connected> _connected = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _connected = [.. parts.OneNode.Select(endpoint => Connect(endpoint, name: 0))];
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_connected.Select(connected => ReplaceLostAsync(connected, stoppingToken)));

    private async Task ReplaceLostAsync(Connected connected, CancellationToken stoppingToken)
    {
        while (true)
        {
            await connected.Loss.Seen.WaitAsync(stoppingToken);
            LogLost(connected.Queue);
            using var limit = new CancellationTokenSource(StopTimeout);
            await connected.Handle.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connected = Connect(connected.Endpoint, (connected.Name + 1) % MaxNames);
        }
    }

    private Connected Connect(OneNodeEndpoint endpoint, int name)
    {
        var queue = endpoint.Queue(services) + (name == 0 ? "" : $"-{name + 1}");
        var loss = new Loss();
        var handle = bus.ConnectReceiveEndpoint(queue, (context, configurator) =>
        {
            configurator.ConnectReceiveEndpointObserver(loss);
            endpoint.Configure(context, configurator);
        });
        return new Connected(endpoint, name, queue, handle, loss);
    }

    [LoggerMessage(LogLevel.Warning, "The node of the broker that has the queue {Queue} is down: reading from another queue")]
    private partial void LogLost(string queue);

    private sealed record Connected(OneNodeEndpoint Endpoint, int Name, string Queue, HostReceiveEndpointHandle Handle, Loss Loss);

    /// <summary>Recognizes the broker's reply that the queue's node is down.</summary>
    private sealed class Loss : IReceiveEndpointObserver
    {
        private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _lost.Task;

        public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

        public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

        public Task Faulted(ReceiveEndpointFaulted faulted)
        {
            if (faulted.Exception.Causes().Any(IsLoss))
                _lost.TrySetResult();
            return Task.CompletedTask;
        }

        private static bool IsLoss(Exception exception) =>
            exception is OperationInterruptedException { ShutdownReason: { ReplyCode: NotFound, ReplyText: { } text } }
            && text.Contains("home node", StringComparison.Ordinal);
    }
}

/// <summary>One of them.</summary>
internal sealed record OneNodeEndpoint(Func<IServiceProvider, string> Queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Configure);
