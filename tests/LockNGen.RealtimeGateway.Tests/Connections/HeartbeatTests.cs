using LockNGen.RealtimeGateway.Tests.WebSockets;
using Microsoft.Extensions.Time.Testing;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class HeartbeatTests
{
    private const byte Ping = 0x9;

    [Fact]
    public async Task SilentClient_IsPingedAndThenClosedWith4408()
    {
        var clock = new FakeTimeProvider();
        await using var gateway = await GatewayHost.StartAsync(clock: clock);
        await using var client = await RawClient.ConnectAsync(gateway.Url);
        await client.ListenedToAsync();

        clock.Advance(TimeSpan.FromSeconds(31));
        await client.UntilAsync(Ping);
        clock.Advance(TimeSpan.FromSeconds(16));

        (await client.CloseCodeAsync()).ShouldBe(4408);
        clock.Advance(TimeSpan.FromSeconds(6));
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task ClientThatAnswersPings_Stays()
    {
        var clock = new FakeTimeProvider();
        await using var gateway = await GatewayHost.StartAsync(clock: clock);
        await using var client = await RawClient.ConnectAsync(gateway.Url);
        await client.ListenedToAsync();

        for (var i = 0; i < 4; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            await client.UntilAsync(Ping);
            await client.SendFrameAsync(0x8A, []);
            // A pong is not answered; an answer to a later message proves that it was read.
            await client.SendTextAsync("""{"type":"ping","id":1}""");
            await client.UntilAsync(0x1);
        }
    }
}
