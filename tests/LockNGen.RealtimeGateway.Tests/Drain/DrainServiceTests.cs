using System.Net;
using System.Net.WebSockets;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LockNGen.RealtimeGateway.Tests.Drain;

public sealed class DrainServiceTests
{
    [Fact]
    public async Task Stop_WithOpenConnections_AnnouncesAndClosesThemAsGoingAway()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await using var raw = await RawClient.ConnectAsync(gateway.Url);
        await using var client = await ProgressClient.ConnectAsync(gateway.Url);

        var stopping = gateway.StopAsync();

        (await client.UntilAsync("server.draining")).GetProperty("retryAfterMs").GetInt32().ShouldBeInRange(0, 1_000);
        (await raw.CloseCodeAsync()).ShouldBe(1001);
        await client.EndedAsync();
        await stopping;
    }

    [Fact]
    public async Task Stop_WithAPollThatWaits_AnswersItNow()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = Guid.NewGuid();
        gateway.Api.Snapshots[id] = new SnapshotAnswer { Snapshot = GenerationReducer.Empty(id, DateTimeOffset.UnixEpoch) };
        var polled = gateway.Http.GetAsync($"api/generations/{id}/progress?after=0&wait=60");
        await gateway.Api.SnapshotAsked.Task;

        await gateway.StopAsync();

        (await (await polled).Content.ReadAsStringAsync()).ShouldBe("""{"events":[],"after":0}""");
    }

    [Fact]
    public async Task Draining_RefusesNewConnectionsAndIsNotReady()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Drain:Seconds"] = "3" }, clock: clock);
        await using var client = await ProgressClient.ConnectAsync(gateway.Url);
        var stopping = gateway.StopAsync();
        await client.UntilAsync("server.draining");

        await using var late = await RawClient.ConnectAsync(gateway.Url);
        using var ready = await gateway.Http.GetAsync("health/ready");

        late.Answer.ShouldStartWith("HTTP/1.1 503");
        late.Answer.ShouldContain("Retry-After:");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!stopping.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        await stopping;
    }

    [Fact]
    public async Task ConnectionThatSlipsIn_WhileTheReplicaGoesAway_IsClosedAtOnce()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Services.GetRequiredService<DrainState>().Begin();
        using var socket = new ClientWebSocket();

        var late = gateway.Services.GetRequiredService<ClientConnections>().Create(
            new Caller(), new RegisteredSocketTransport(socket), new ClientView(gateway.Services.GetRequiredService<GenerationLogs>()));

        late.IsClosing.ShouldBeTrue();
    }
}
