using System.Net.WebSockets;
using System.Text;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Fanout;

public sealed class ProgressBroadcasterTests : IAsyncLifetime
{
    private readonly Guid _id = Guid.NewGuid();
    private GatewayHost _gateway = null!;

    private IProgressBroadcaster Broadcaster => _gateway.Services.GetRequiredService<IProgressBroadcaster>();

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Broadcast_ReachesThoseWhoWatchTheGenerationAndThoseWhoWatchAll()
    {
        await using var one = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}");
        await using var other = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={Guid.NewGuid()}");
        await using var all = await ProgressClient.ConnectAsync(_gateway.Url);
        await one.UntilAsync(GenerationEventTypes.Snapshot);
        await other.UntilAsync(GenerationEventTypes.Snapshot);
        await all.SendAsync("""{"type":"ping","id":0}""");
        await all.UntilAsync("pong");

        await Broadcaster.BroadcastAsync(Notice("custom.notice"));
        await Broadcaster.BroadcastToGenerationAsync(_id, Notice("custom.second"));

        await one.UntilAsync("custom.notice");
        await one.UntilAsync("custom.second");
        await all.UntilAsync("custom.notice");
        await all.SendAsync("""{"type":"ping","id":1}""");
        await all.UntilAsync("pong");
        all.Seen.Select(ProgressClient.TypeOf).ShouldNotContain("custom.second");
        await other.SendAsync("""{"type":"ping","id":1}""");
        await other.UntilAsync("pong");
        other.Seen.Select(ProgressClient.TypeOf).ShouldNotContain("custom.notice");
    }

    [Fact]
    public async Task RegisteredSocket_GetsWhatItsFilterLetsThroughUntilItIsUnregistered()
    {
        var (mine, theirs) = Pair();
        Broadcaster.RegisterClient(mine, _id);
        (await ReceiveAsync(theirs)).ShouldContain("\"status\":\"unknown\"");

        await _gateway.PublishAsync(Queued(Guid.NewGuid()));
        await _gateway.PublishAsync(Queued(_id));
        (await ReceiveAsync(theirs)).ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(Queued(_id))));

        Broadcaster.UnregisterClient(mine);
        Broadcaster.UnregisterClient(mine);
        mine.State.ShouldBe(WebSocketState.Open);
    }

    [Fact]
    public async Task SocketWithoutAFilter_GetsEveryGeneration_AndNothingOnceItIsUnregistered()
    {
        var (mine, theirs) = Pair();
        var (one, other) = (Queued(_id), Queued(Guid.NewGuid()));
        Broadcaster.RegisterClient(mine);
        await _gateway.PublishAsync(one, other);
        (await ReceiveAsync(theirs)).ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(one)));
        (await ReceiveAsync(theirs)).ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(other)));

        Broadcaster.UnregisterClient(mine);
        await _gateway.PublishAndSeeAsync(Started(_id), Completed(_id, First(2)));
        await Broadcaster.BroadcastAsync(Notice("custom.notice"));

        // The next message is the one that the owner writes.
        await mine.SendAsync("mine again"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        (await ReceiveAsync(theirs)).ShouldBe("mine again");
    }

    private ProgressMessage Notice(string type) => new() { Type = type, GenerationId = _id, Timestamp = DateTimeOffset.UnixEpoch };

    /// <summary>Both ends of a WebSocket over an in-process pipe.</summary>
    private static (WebSocket Server, WebSocket Client) Pair()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var client = new System.Net.Sockets.TcpClient();
        client.Connect((System.Net.IPEndPoint)listener.LocalEndpoint);
        var server = listener.AcceptTcpClient();
        listener.Stop();
        return (
            WebSocket.CreateFromStream(server.GetStream(), new WebSocketCreationOptions { IsServer = true }),
            WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions()));
    }

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[4096];
        var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }
}
