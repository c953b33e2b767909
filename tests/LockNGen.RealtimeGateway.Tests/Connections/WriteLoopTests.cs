using System.Diagnostics.Metrics;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.RealtimeGateway.Tests.History;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class WriteLoopTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly WriteLoop _loop = new(0, TimeSpan.Zero);

    public void Dispose()
    {
        _loop.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Message_WithoutAHolder_IsWrittenByTheLoop()
    {
        var client = Connect();
        var me = Environment.CurrentManagedThreadId;

        client.Connection.Send(ServerMessage.Heartbeat);

        (await client.Transport.Written.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldNotBe(me);
    }

    [Fact]
    public async Task FewMessages_WhileHeld_AreWrittenByTheHolder()
    {
        var writer = 0;
        var me = -1;
        // A busy loop would write them itself; this one soon has nothing to do.
        for (var i = 0; i < 100_000 && writer != me; i++)
        {
            var client = Connect();
            me = Environment.CurrentManagedThreadId;
            _loop.Hold();
            client.Connection.Send(ServerMessage.Heartbeat);
            _loop.Release();
            writer = await client.Transport.Written.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        writer.ShouldBe(me);
    }

    [Fact]
    public async Task ManyConnections_WhileHeld_AreLeftToTheLoop()
    {
        var clients = Enumerable.Range(0, 100).Select(_ => Connect()).ToList();
        var me = Environment.CurrentManagedThreadId;

        _loop.Hold();
        foreach (var client in clients)
            client.Connection.Send(ServerMessage.Heartbeat);
        _loop.Release();

        var writers = await Task.WhenAll(clients.Select(c => c.Transport.Written.Task)).WaitAsync(Patience, TestContext.Current.CancellationToken);
        writers.ShouldAllBe(w => w != me);
    }

    private (ClientConnection Connection, RecordingTransport Transport) Connect()
    {
        var transport = new RecordingTransport();
        var metrics = new GatewayMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        var connection = new ClientConnection(
            new Caller(), transport, new ClientView(TestLogs.Create()), _loop, new ConnectionOptions(), metrics, TimeProvider.System);
        return (connection, transport);
    }

    private sealed class RecordingTransport : ClientTransport
    {
        /// <summary>The thread that wrote first.</summary>
        public TaskCompletionSource<int> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string Name => "test";

        public override ValueTask SendAsync(SendBatch batch)
        {
            Written.TrySetResult(Environment.CurrentManagedThreadId);
            return default;
        }

        public override ServerMessage? Goodbye(int code, string reason) => null;

        public override void Abort()
        {
        }
    }
}
