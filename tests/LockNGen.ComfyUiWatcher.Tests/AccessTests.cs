using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>A ComfyUI behind a login, a path, a certificate or a proxy (case 19).</summary>
public sealed class AccessTests
{
    private const string Token = "t0k-behind-a-login";

    [Theory]
    [InlineData("header")]
    [InlineData("file")]
    [InlineData("user")]
    [InlineData("query")]
    public async Task Credentials_OfEveryForm_GoWithHttpAndWebSocketAndAreShownToNoOne(string form)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Token}:1"));
        var bearer = $"Authorization: Bearer {Token}";
        await comfy.AnswerAsync(new
        {
            status = 401,
            unless = form switch { "user" => $"Authorization: Basic {basic}", "query" => $"?token={Token}", _ => bearer },
            // Like some servers: the page repeats what it was sent.
            body = $"no: {Token} {basic}",
            contentType = "text/plain",
        });
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"Bearer {Token}\n", TestContext.Current.CancellationToken);
        var url = form switch
        {
            "user" => comfy.Url.Replace("http://", $"http://user:{Token}%3A1@", StringComparison.Ordinal),
            "query" => $"{comfy.Url}/ws?token={Token}",
            // Every route of ComfyUI exists under /api too, so this is a path.
            _ => comfy.Url + "/api/",
        };
        (string, string)[] settings = form switch
        {
            "header" => [("ComfyUi:Instances:0:Headers:Authorization", $"Bearer {Token}")],
            "file" => [("ComfyUi:Instances:0:Headers:Authorization", "file:" + file)],
            _ => [],
        };
        await using (var host = await WatcherHost.StartAsync([url], settings))
        {
            var row = await host.SubmitAsync(Workflows.TextToImage(steps: 20));
            await host.Events.WaitForAsync<GenerationProgressed>(row.Id);
            await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
            host.Ledger.Reports["comfy-0"].ReasonCode.ShouldBeNull();

            // Then the login refuses, and repeats everything that it was sent.
            await comfy.AnswerAsync(new { status = 401, body = $"expired {Token} {basic}", contentType = "text/plain" });
            var report = await host.WaitForStateAsync("comfy-0", InstanceState.Down);
            report.ReasonCode.ShouldBe(InstanceReasonCodes.NeedsAuthentication);
            JsonSerializer.Serialize(report).ShouldNotContain(Token);
            host.Log.ShouldNotContain(Token);
            host.Log.ShouldNotContain(basic);
            foreach (var told in host.Events.Of(row.Id))
                JsonSerializer.Serialize(told, told.GetType()).ShouldNotContain(Token);
        }

        File.Delete(file);
    }

    [Theory]
    [InlineData(401, null, null, "needs authentication: GET /queue was answered 401")]
    [InlineData(403, "text/html", null, "needs authentication: GET /queue was answered 403")]
    [InlineData(302, "text/html", "https://sso.example/start?rd=secret", "needs authentication: GET /queue was answered 302 text/html and sent to https://sso.example/start")]
    [InlineData(200, "text/html", null, "needs authentication: GET /queue was answered 200 text/html; it looks like a login page")]
    public async Task Login_ThatRefuses_IsNamedAndRecoveredFrom(int status, string? contentType, string? location, string reason)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.AnswerAsync(new
        {
            status,
            contentType,
            body = "<html>Please sign in</html>",
            headers = location is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Location"] = location },
        });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var report = await host.Ledger.WaitForReportAsync("comfy-0", r => r.ReasonCode is not null, TestContext.Current.CancellationToken);
        report.ReasonCode.ShouldBe(InstanceReasonCodes.NeedsAuthentication);
        report.State.ShouldBe(InstanceState.Down);
        report.Reason!.ShouldStartWith(reason);
        report.Reason!.ShouldNotContain("rd=");

        await comfy.AnswerNoMoreAsync();
        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }

    [Theory]
    [InlineData(502, "text/html", "something in front of ComfyUI answers: GET /queue was answered 502 text/html")]
    [InlineData(530, "text/html", "something in front of ComfyUI answers: GET /queue was answered 530 text/html")]
    [InlineData(429, "text/plain", "something in front of ComfyUI answers: GET /queue was answered 429 text/plain")]
    [InlineData(200, "text/html", "something in front of ComfyUI answers: GET /queue was answered 200 text/html")]
    [InlineData(404, "text/html", "something in front of ComfyUI answers: GET /queue was answered 404 text/html; is the address")]
    public async Task Proxy_ThatAnswersItself_IsNamed(int status, string contentType, string reason)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.AnswerAsync(new { path = "/queue", status, contentType, body = "<html>starting</html>" });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var report = await host.Ledger.WaitForReportAsync("comfy-0", r => r.ReasonCode is not null, TestContext.Current.CancellationToken);

        (report.State, report.ReasonCode).ShouldBe((InstanceState.Down, InstanceReasonCodes.ProxyError));
        report.Reason!.ShouldStartWith(reason);
    }

    [Theory]
    [InlineData(200, "text/html")]
    [InlineData(401, "application/json")]
    [InlineData(403, "text/plain")]
    [InlineData(502, "text/html")]
    public async Task WebSocket_ThatDoesNotGetThrough_IsDoneWithout(int status, string contentType)
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.AnswerAsync(new { webSocket = true, status, contentType, body = "<html>sign in</html>" });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        var report = await host.Ledger.WaitForReportAsync(
            "comfy-0", r => r.ReasonCode == InstanceReasonCodes.NoWebSocket, TestContext.Current.CancellationToken);
        report.State.ShouldBe(InstanceState.Up);
        report.Reason!.ShouldContain($"the WebSocket's handshake was answered {status} {contentType}");

        var row = await host.SubmitAsync(Workflows.TextToImage(), images: 2);
        var completed = await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        completed.Data.Images.Count.ShouldBe(2);
        var warning = completed.Data.Warnings.ShouldHaveSingleItem();
        warning.Code.ShouldBe(GenerationWarningCodes.NoLiveProgress);
        warning.Message.ShouldStartWith("There was no live progress: the WebSocket of comfy-0 does not get through (");
        warning.Message.ShouldContain($"the WebSocket's handshake was answered {status}");

        await comfy.AnswerNoMoreAsync();
        await host.Ledger.WaitForReportAsync("comfy-0", r => r.ReasonCode is null, TestContext.Current.CancellationToken);
        row = await host.SubmitAsync(Workflows.TextToImage(seed: 7));
        (await host.Events.WaitForAsync<GenerationCompleted>(row.Id)).Data.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task File_ThatIsRedirectedToAnotherAddress_IsNotFetchedThere()
    {
        await using var inner = new TcpRecorder();
        await using var comfy = await SimulatedServer.StartAsync();
        await comfy.AnswerAsync(new { path = "/view", status = 302, headers = new Dictionary<string, string> { ["Location"] = inner.Url } });
        await using var host = await WatcherHost.StartAsync([comfy.Url]);

        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationFailed>(row.Id);

        inner.FirstLines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Proxy_OfAnInstance_GetsHttpAndWebSocketAlike()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var proxy = new TcpRecorder();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:Instances:0:Proxy", proxy.Url));

        await proxy.SeenAsync($"GET {comfy.Url}/queue HTTP/1.1");
        await proxy.SeenAsync($"CONNECT {new Uri(comfy.Url).Authority} HTTP/1.1");

        (await host.WaitForStateAsync("comfy-0", InstanceState.Down)).ReasonCode.ShouldBe(InstanceReasonCodes.ProxyError);
    }

    [Theory]
    [InlineData("CaFile")]
    [InlineData("SkipCertificateCheck")]
    [InlineData(null)]
    public async Task Certificate_OfOnesOwn_IsTrustedWhereTheInstanceSaysSo(string? setting)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=gpu", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var directory = Directory.CreateTempSubdirectory("lockngen-tls-").FullName;
        var (pem, keyPem) = (Path.Combine(directory, "cert.pem"), Path.Combine(directory, "key.pem"));
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(keyPem, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await using var comfy = await SimulatedServer.StartAsync("B", 1,
            ("Kestrel:Endpoints:Plain:Url", "http://127.0.0.1:0"),
            ("Kestrel:Endpoints:Secure:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:Secure:Certificate:Path", pem),
            ("Kestrel:Endpoints:Secure:Certificate:KeyPath", keyPem));
        (string, string)[] settings = setting is null ? [] : [($"ComfyUi:Instances:0:{setting}", setting == "CaFile" ? pem : "true")];
        await using (var host = await WatcherHost.StartAsync([comfy.SecureUrl!], settings))
        {
            if (setting is null)
            {
                var report = await host.WaitForStateAsync("comfy-0", InstanceState.Down);
                report.ReasonCode.ShouldBe(InstanceReasonCodes.TlsError);
            }
            else
            {
                var row = await host.SubmitAsync(Workflows.TextToImage(steps: 20));
                await host.Events.WaitForAsync<GenerationProgressed>(row.Id);
                await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
            }
        }

        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Accepts connections, remembers what each asks first, and answers 502.</summary>
    private sealed class TcpRecorder : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TestSupport.LineLog _lines = new();
        private readonly Task _accepting;

        public TcpRecorder()
        {
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public string Url => $"http://{_listener.LocalEndpoint}";

        public string FirstLines => _lines.Text;

        public Task SeenAsync(string line) => _lines.SeenAsync(line);

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _accepting;
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await _listener.AcceptTcpClientAsync();
                    await using var stream = connection.GetStream();
                    using var reader = new StreamReader(stream, leaveOpen: true);
                    _lines.Add(await reader.ReadLineAsync() ?? "");
                    await stream.WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
