using System.Net;
using System.Net.Sockets;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Broker;

/// <summary>Every connection of a gateway (the bus's, that for requests, those for reading) over several addresses, and over TLS.</summary>
[Trait("Category", "Integration")]
public sealed class BrokerNodesTests(RabbitMqBroker broker)
{
    [Fact]
    public async Task Gateway_WithADeadAndAFrozenNode_ConnectsToTheLivingOne()
    {
        var living = new UriBuilder(await broker.CreateVirtualHostAsync());
        // The kernel accepts the connection, as it does for a stopped process, but no one answers.
        using var frozen = new TcpListener(IPAddress.Loopback, 0);
        frozen.Start();
        var addresses = string.Join(',', At(FreePorts.Take(1)[0]), At(((IPEndPoint)frozen.LocalEndpoint).Port), living.Uri);
        await using var gateway = await GatewayHost.StartAsync(
            new Dictionary<string, string?> { ["Bus:ConnectTimeout"] = "00:00:01" }, addresses);

        await gateway.ReadyAsync();
        await ServesAsync(gateway);

        string At(int port) => new UriBuilder(living.Uri) { Port = port }.Uri.AbsoluteUri;
    }

    [Fact]
    public async Task Gateway_OverTls_ShowsItsCertificateAndTrustsTheGivenAuthority()
    {
        await using var tls = new TlsFront(broker.Port);
        var address = new UriBuilder(await broker.CreateVirtualHostAsync()) { Scheme = "amqps", Host = "localhost", Port = tls.Port };
        await using var gateway = await GatewayHost.StartAsync(
            new Dictionary<string, string?> { ["Bus:CaFile"] = tls.CaFile, ["Bus:CertificateFile"] = tls.CertificateFile, ["Bus:CertificateKeyFile"] = tls.KeyFile },
            address.Uri.AbsoluteUri);

        await gateway.ReadyAsync();
        await ServesAsync(gateway);
    }

    /// <summary>An event comes through, and so does the question after a generation that no one knows.</summary>
    private static async Task ServesAsync(GatewayHost gateway)
    {
        var id = Guid.NewGuid();
        await gateway.PublishAndSeeAsync(Life(id));
        using var snapshot = await gateway.Http.GetAsync($"api/generations/{Guid.NewGuid()}/progress", TestContext.Current.CancellationToken);
        snapshot.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
