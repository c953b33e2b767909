using System.Net;
using System.Net.Sockets;
using LockNGen.Messaging.Amqp;
using RabbitMQ.Client;

namespace LockNGen.Messaging.Tests.Amqp;

public sealed class AmqpConnectionTests
{
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_AddressThatSwallowsPackets_EndsWhenItIsCancelled()
    {
        // Linux drops whoever wants to connect while as many as may wait to be accepted do.
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start(backlog: 1);
        using var first = await ConnectedAsync(node);
        using var second = await ConnectedAsync(node);
        using var cancelled = new CancellationTokenSource();
        using var connection = new AmqpConnection();
        var opening = OpenAsync(connection, node, cancelled.Token);
        opening.IsCompleted.ShouldBeFalse();

        await cancelled.CancelAsync();

        await opening.ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Open_NodeThatSaysNothing_EndsWhenItIsCancelled()
    {
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        using var cancelled = new CancellationTokenSource();
        using var connection = new AmqpConnection();
        var opening = OpenAsync(connection, node, cancelled.Token);
        using var accepted = await node.AcceptSocketAsync(_stop);

        await cancelled.CancelAsync();

        await opening.ShouldThrowAsync<OperationCanceledException>();
    }

    private static Task OpenAsync(AmqpConnection connection, TcpListener node, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => connection.Open(new ConnectionFactory(), new AmqpTcpEndpoint("127.0.0.1", ((IPEndPoint)node.LocalEndpoint).Port), "test", cancellationToken),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task<Socket> ConnectedAsync(TcpListener node)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node.LocalEndpoint, _stop);
        return socket;
    }
}
