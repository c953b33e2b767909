using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class RawConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task OpenWebSocket_HoldsNothingOfItsRequest()
    {
        var requests = new Requests();
        await using var gateway = await GatewayHost.StartAsync(services: s => s.AddSingleton<IStartupFilter>(requests));
        await using var client = await RawClient.ConnectAsync(gateway.Url);
        await client.ListenedToAsync();

        // The request ends shortly after its answer has arrived, and nothing signals it.
        using var limit = new CancellationTokenSource(Patience);
        while (requests.AreAlive())
        {
            await Task.Delay(10, limit.Token);
            GC.Collect();
        }

        await client.ListenedToAsync();
    }

    [Fact]
    public async Task FrameInThePacketOfTheHandshake_IsAnswered()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await using var client = await RawClient.DialAsync(gateway.Url);
        byte[] ping = [0x89, 0x82, 0, 0, 0, 0, (byte)'o', (byte)'k'];

        await client.SendAsync((byte[])[.. RawClient.Handshake(gateway.Url), .. ping]);
        await client.ReadHeadersAsync();

        Encoding.ASCII.GetString(await client.UntilAsync(0xA)).ShouldBe("ok");
    }

    [Fact]
    public async Task ClientThatGoesAway_FreesItsPlace()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Connections:MaxPerClient"] = "1" });
        await using (var first = await RawClient.ConnectAsync(gateway.Url))
            await first.ListenedToAsync();

        // A place is free once the server has noticed the end, which nothing signals.
        using var limit = new CancellationTokenSource(Patience);
        var answer = "";
        while (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            await Task.Delay(10, limit.Token);
            await using var next = await RawClient.ConnectAsync(gateway.Url);
            answer = next.Answer;
        }
    }

    [Fact]
    public async Task RequestThatIsRefusedAfterAdmission_FreesItsPlace()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Connections:MaxPerClient"] = "1" });
        await using var bad = await RawClient.ConnectAsync(gateway.Url, "generationId=nonsense");

        await using var good = await RawClient.ConnectAsync(gateway.Url);

        bad.Answer.ShouldStartWith("HTTP/1.1 400");
        good.Answer.ShouldStartWith("HTTP/1.1 101");
    }

    [Fact]
    public async Task OverHttp2_AWebSocketGetsTheSame()
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());

        await SeesTheWholeLifeAsync(
            new Dictionary<string, string?> { ["Kestrel:EndpointDefaults:Protocols"] = "Http2" },
            client =>
            {
                client.HttpVersion = HttpVersion.Version20;
                client.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            },
            http);
    }

    [Fact]
    public async Task OverTls_AWebSocketGetsTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("lockngen-tls");
        try
        {
            var file = Path.Combine(folder.FullName, "gateway.pfx");
            await File.WriteAllBytesAsync(file, SelfSigned(), TestContext.Current.CancellationToken);

            await SeesTheWholeLifeAsync(
                new Dictionary<string, string?>
                {
                    ["Kestrel:Endpoints:Tls:Url"] = "https://127.0.0.1:0",
                    ["Kestrel:Endpoints:Tls:Certificate:Path"] = file,
                },
#pragma warning disable CA5359 // The certificate is of this test's making.
                client => client.RemoteCertificateValidationCallback = (_, _, _, _) => true);
#pragma warning restore CA5359
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task SeesTheWholeLifeAsync(
        Dictionary<string, string?> settings, Action<ClientWebSocketOptions> configure, HttpMessageInvoker? http = null)
    {
        await using var gateway = await GatewayHost.StartAsync(settings);
        var id = Guid.NewGuid();
        await using var client = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0", configure, http);

        await gateway.PublishAsync(Life(id));

        await client.UntilAsync("generation.completed");
        client.Seen.Select(ProgressClient.TypeOf).Where(t => t is not ("connection.ready" or "generation.snapshot")).ShouldBe(Life(id).Select(e => e.Type));
        await client.SendAsync("""{"type":"ping"}""");
        await client.UntilAsync("pong");
    }

    private static byte[] SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.Export(X509ContentType.Pfx);
    }

    /// <summary>Remembers the servers' objects of each request, without keeping them.</summary>
    private sealed class Requests : IStartupFilter
    {
        private readonly List<WeakReference> _requests = [];

        public bool AreAlive()
        {
            _requests.ShouldNotBeEmpty();
            return _requests.Any(r => r.IsAlive);
        }

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(rest => context =>
            {
                _requests.Add(new WeakReference(context.Features.Get<IHttpUpgradeFeature>()));
                _requests.Add(new WeakReference(context));
                return rest(context);
            });
            next(app);
        };
    }
}
