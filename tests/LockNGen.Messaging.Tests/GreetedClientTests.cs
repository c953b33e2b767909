using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace LockNGen.Messaging.Tests;

public sealed class GreetedClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_NodeThatGreets_IsConnectedAndHasTheGreetingStillToRead()
    {
        using var node = StartNode();
        using var client = Create(Patience);
        var connecting = client.ConnectAsync(IPAddress.Loopback, PortOf(node), _stop);
        using var accepted = await node.AcceptSocketAsync(_stop);
        await accepted.SendAsync(new byte[] { 1, 0, 0 }, _stop);

        await connecting;

        (await client.GetStream().ReadAsync(new byte[8], _stop)).ShouldBe(3);
    }

    [Fact]
    public async Task Connect_SomethingThatAcceptsAndCloses_IsNotConnected()
    {
        using var node = StartNode();
        using var client = Create(Patience);
        var connecting = client.ConnectAsync(IPAddress.Loopback, PortOf(node), _stop);
        using (var accepted = await node.AcceptSocketAsync(_stop))
        {
            // Read, so that it is closed in good order and not reset.
            await accepted.ReceiveAsync(new byte[8], _stop);
            accepted.Shutdown(SocketShutdown.Both);
        }

        await connecting.ShouldThrowAsync<IOException>();
    }

    [Fact]
    public async Task Connect_NodeThatSaysNothing_IsNotConnected()
    {
        using var node = StartNode();
        using var client = Create(TimeSpan.FromMilliseconds(50));

        await client.ConnectAsync(IPAddress.Loopback, PortOf(node), _stop).ShouldThrowAsync<IOException>();
    }

    private static ITcpClient Create(TimeSpan patience) => GreetedClient.Create(AddressFamily.InterNetwork, isTls: false, patience);

    private static TcpListener StartNode()
    {
        var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        return node;
    }

    private static int PortOf(TcpListener node) => ((IPEndPoint)node.LocalEndpoint).Port;
}
