using System.Net;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;

namespace LockNGen.RealtimeGateway.Tests.Drain;

public sealed class DrainServiceTests
{
    [Fact]
    public async Task Stop_WithOpenConnections_AnnouncesAndClosesThemAsGoingAway()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Drain:Seconds"] = "3" });
        await using var raw = await RawClient.ConnectAsync(gateway.Url);
        await using var client = await ProgressClient.ConnectAsync(gateway.Url);
        // The poll finds its connection open, so that it does not race with the end of the listener.
        using var live = await gateway.Http.GetAsync("health/live");
        var polled = gateway.Http.GetAsync($"api/generations/{Guid.NewGuid()}/progress?after=0&wait=60");

        var stopping = gateway.StopAsync();

        (await client.UntilAsync("server.draining")).GetProperty("retryAfterMs").GetInt32().ShouldBeInRange(0, 1_000);
        (await raw.CloseCodeAsync()).ShouldBe(1001);
        await client.EndedAsync();
        (await polled).StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        await stopping;
    }

    [Fact]
    public async Task Draining_RefusesNewConnectionsAndIsNotReady()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Drain:Seconds"] = "3" });
        await using var client = await ProgressClient.ConnectAsync(gateway.Url);
        var stopping = gateway.StopAsync();
        await client.UntilAsync("server.draining");

        await using var late = await RawClient.ConnectAsync(gateway.Url);
        using var ready = await gateway.Http.GetAsync("health/ready");

        late.Answer.ShouldStartWith("HTTP/1.1 503");
        late.Answer.ShouldContain("Retry-After:");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await stopping;
    }
}
