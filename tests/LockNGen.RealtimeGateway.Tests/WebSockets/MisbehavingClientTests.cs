using System.Text;
using LockNGen.TestSupport;

namespace LockNGen.RealtimeGateway.Tests.WebSockets;

/// <summary>Clients that break the rules, with real bytes; the gateway says why it ends them, and the next client finds it unharmed.</summary>
public sealed class MisbehavingClientTests : IAsyncLifetime
{
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
    {
        ["Connections:MaxFrameBytes"] = "1024",
        ["Connections:FramesPerSecond"] = "5",
        ["Connections:MaxSubscriptions"] = "3",
    });

    public async ValueTask DisposeAsync()
    {
        await using (var client = await ProgressClient.ConnectAsync(_gateway.Url))
            ProgressClient.TypeOf(await client.NextAsync()).ShouldBe("connection.ready");
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task BinaryFrame_IsClosedWith1003()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendFrameAsync(0x82, [1, 2, 3]);
        (await client.CloseCodeAsync()).ShouldBe(1003);
    }

    [Fact]
    public async Task TextThatIsNotUtf8_IsClosedWith1007()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendFrameAsync(0x81, [0xC3, 0x28]);
        (await client.CloseCodeAsync()).ShouldBe(1007);
    }

    [Fact]
    public async Task TextThatIsNotJson_IsClosedWith1007()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendTextAsync("hello?");
        (await client.CloseCodeAsync()).ShouldBe(1007);
    }

    [Fact]
    public async Task MessageOverTheLimit_IsClosedWith1009()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendTextAsync($$"""{"type":"ping","id":"{{new string('x', 2000)}}"}""");
        (await client.CloseCodeAsync()).ShouldBe(1009);
    }

    /// <summary>More than two of Kestrel's blocks of 4 KiB arrive at once.</summary>
    [Fact]
    public async Task LargeMessage_IsRead()
    {
        await using var gateway = await GatewayHost.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await using var client = await RawClient.ConnectAsync(gateway.Url);
            await client.SendTextAsync(new string('x', 40_000));
            (await client.CloseCodeAsync()).ShouldBe(1007);
        }
    }

    [Fact]
    public async Task EndlessFragments_AreClosedWith1009()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendFrameAsync(0x01, new byte[300]);
        for (var i = 0; i < 4; i++)
            await client.SendFrameAsync(0x00, new byte[300]);
        (await client.CloseCodeAsync()).ShouldBe(1009);
    }

    [Fact]
    public async Task UnmaskedFrame_IsClosedWith1002()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendFrameAsync(0x81, Encoding.UTF8.GetBytes("""{"type":"ping"}"""), masked: false);
        (await client.CloseCodeAsync()).ShouldBe(1002);
    }

    [Fact]
    public async Task ReservedBits_AreClosedWith1002()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendFrameAsync(0xF1, [1]);
        (await client.CloseCodeAsync()).ShouldBe(1002);
    }

    [Fact]
    public async Task FloodOfFrames_IsClosedWith1008()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        for (var i = 0; i < 60; i++)
            await client.SendTextAsync("""{"type":"ping"}""");
        (await client.CloseCodeAsync()).ShouldBe(1008);
    }

    [Fact]
    public async Task FragmentedMessage_IsPutTogether()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.ReadFrameAsync();
        await client.SendFrameAsync(0x01, Encoding.UTF8.GetBytes("""{"type":"pi"""));
        await client.SendFrameAsync(0x89, [7]);
        await client.SendFrameAsync(0x80, Encoding.UTF8.GetBytes("""ng","id":42}"""));

        (await client.UntilAsync(0xA)).ShouldBe([7]);
        Encoding.UTF8.GetString(await client.UntilAsync(0x1)).ShouldBe("""{"type":"pong","id":42}""");
    }

    [Theory]
    [InlineData("""{"type":"dance"}""", "unknown_frame")]
    [InlineData("""[1,2]""", "unknown_frame")]
    [InlineData("""{"type":"subscribe","generationId":"x"}""", "invalid_generation_id")]
    [InlineData("""{"type":"subscribe","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","after":-1}""", "invalid_after")]
    [InlineData("""{"type":"subscribe","generationId":7}""", "unknown_frame")]
    [InlineData("""{"type":"unsubscribe","generationId":"x"}""", "invalid_generation_id")]
    public async Task FrameThatMakesNoSense_GetsAnErrorAndStays(string frame, string code)
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={Guid.NewGuid()}");
        await client.SendAsync(frame);
        (await client.UntilAsync("error")).GetProperty("code").GetString().ShouldBe(code);
        await client.SendAsync("""{"type":"ping","id":"still here"}""");
        (await client.UntilAsync("pong")).GetProperty("id").GetString().ShouldBe("still here");
    }

    [Fact]
    public async Task TooManySubscriptions_GetAnErrorAndStay()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, string.Join('&', Enumerable.Range(0, 3).Select(_ => $"generationId={Guid.NewGuid()}")));
        await client.SendAsync($$"""{"type":"subscribe","generationId":"{{Guid.NewGuid()}}"}""");
        (await client.UntilAsync("error")).GetProperty("code").GetString().ShouldBe("too_many_subscriptions");
    }

    [Fact]
    public async Task ClosingClient_GetsItsCloseFrameBack()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url);
        await client.SendFrameAsync(0x88, [0x03, 0xE8]);
        (await client.CloseCodeAsync()).ShouldBe(1000);
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("generationId=nonsense", "not a UUID")]
    [InlineData("generationId=7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f&after=x", "not a sequence")]
    [InlineData("generationId=7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f:x", "not a UUID")]
    [InlineData("after=1", "exactly one")]
    [InlineData("preview=huge", "preview is")]
    [InlineData("types=generation.nothing", "not an event type")]
    public async Task QueryThatMakesNoSense_IsRefusedBeforeTheUpgrade(string query, string detail)
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url, query);
        client.Answer.ShouldStartWith("HTTP/1.1 400");
        using var answer = await _gateway.Http.GetAsync("api/sse/progress?" + query);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(detail);
    }

    [Fact]
    public async Task PlainHttp_GetsAHint()
    {
        using var answer = await _gateway.Http.GetAsync("api/ws/progress");
        ((int)answer.StatusCode).ShouldBe(400);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8")]
    public async Task BrokenHandshake_IsRefused(string headers)
    {
        await using var client = await RawClient.DialAsync(_gateway.Url);
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /api/ws/progress HTTP/1.1\r\nHost: {_gateway.Url.Authority}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n{headers}\r\n\r\n"));
        Encoding.ASCII.GetString(await client.ReadBytesAsync(12)).ShouldBe("HTTP/1.1 400");
    }

    [Fact]
    public async Task HandshakeThatDawdles_IsCutOff()
    {
        await using var client = await RawClient.DialAsync(_gateway.Url);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET /api/ws/progress HTTP/1.1\r\nHost: {_gateway.Url.Authority}\r\n"));

        Encoding.ASCII.GetString(await client.ReadBytesAsync(12)).ShouldBe("HTTP/1.1 408");
        (await client.IsClosedAsync()).ShouldBeTrue();
    }
}
