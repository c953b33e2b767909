using System.Net;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;

namespace LockNGen.RealtimeGateway.Tests.Admission;

public sealed class ConnectionAdmissionTests
{
    [Fact]
    public async Task ConnectionsOfOneClient_BeyondTheLimit_Get429UntilOneIsFree()
    {
        await using var gateway = await StartAsync("Connections:MaxPerClient", "2");
        await using var first = await RawClient.ConnectAsync(gateway.Url);
        await using var second = await RawClient.ConnectAsync(gateway.Url);

        await using var third = await RawClient.ConnectAsync(gateway.Url);
        third.Answer.ShouldStartWith("HTTP/1.1 429");
        third.Answer.ShouldContain("Retry-After: 5");

        await first.SendFrameAsync(0x88, [0x03, 0xE8]);
        await first.IsClosedAsync();
        await using var fourth = await RawClient.ConnectAsync(gateway.Url);
        fourth.Answer.ShouldStartWith("HTTP/1.1 101");
    }

    [Fact]
    public async Task ConnectionsInTotal_BeyondTheLimit_Get503()
    {
        await using var gateway = await StartAsync("Connections:Max", "1");
        await using var first = await RawClient.ConnectAsync(gateway.Url);

        await using var second = await RawClient.ConnectAsync(gateway.Url);

        second.Answer.ShouldStartWith("HTTP/1.1 503");
        second.Answer.ShouldContain("Retry-After:");
    }

    [Fact]
    public async Task Attempts_BeyondTheLimit_Get429WithRetryAfter()
    {
        await using var gateway = await StartAsync("Connections:AttemptsPerMinute", "3");
        var path = $"api/generations/{Guid.NewGuid()}/progress";
        for (var i = 0; i < 3; i++)
            (await gateway.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var refused = await gateway.Http.GetAsync(path);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Upgrades_BeyondTheAttemptsOfAMinute_Get429WithRetryAfter()
    {
        await using var gateway = await StartAsync("Connections:AttemptsPerMinute", "3");
        for (var i = 0; i < 3; i++)
        {
            await using var client = await RawClient.ConnectAsync(gateway.Url);
            client.Answer.ShouldStartWith("HTTP/1.1 101");
        }

        await using var refused = await RawClient.ConnectAsync(gateway.Url);

        refused.Answer.ShouldStartWith("HTTP/1.1 429");
        refused.Answer.ShouldContain("Retry-After: ");
    }

    [Fact]
    public async Task HundredConnectionsFromOneAddress_AreWelcomeByDefault()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ProgressClient.ConnectAsync(gateway.Url)));

        foreach (var client in clients)
        {
            ProgressClient.TypeOf(await client.NextAsync()).ShouldBe("connection.ready");
            await client.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://friend.example", 101)]
    [InlineData("http://{host}", 101)]
    [InlineData("https://{host}", 101)]
    public async Task Origin_DecidesBeforeTheUpgrade(string origin, int status)
    {
        await using var gateway = await StartAsync("Cors:Origins:0", "https://friend.example");
        await using var client = await RawClient.ConnectAsync(
            gateway.Url, headers: $"Origin: {origin.Replace("{host}", gateway.Url.Authority, StringComparison.Ordinal)}\r\n");
        client.Answer.ShouldStartWith($"HTTP/1.1 {status}");
    }

    [Fact]
    public async Task ForwardedAddress_CountsOnlyFromATrustedProxy()
    {
        await using var trusting = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Proxies:Trusted:0"] = "127.0.0.0/8",
            ["Connections:MaxPerClient"] = "1",
        });
        await using var one = await RawClient.ConnectAsync(trusting.Url, headers: "X-Forwarded-For: 198.51.100.1\r\n");
        await using var two = await RawClient.ConnectAsync(trusting.Url, headers: "X-Forwarded-For: 198.51.100.2\r\n");
        two.Answer.ShouldStartWith("HTTP/1.1 101");

        await using var wary = await StartAsync("Connections:MaxPerClient", "1");
        await using var three = await RawClient.ConnectAsync(wary.Url, headers: "X-Forwarded-For: 198.51.100.1\r\n");
        await using var four = await RawClient.ConnectAsync(wary.Url, headers: "X-Forwarded-For: 198.51.100.2\r\n");
        four.Answer.ShouldStartWith("HTTP/1.1 429");
    }

    private static Task<GatewayHost> StartAsync(string option, string value) =>
        GatewayHost.StartAsync(new Dictionary<string, string?> { [option] = value });
}
