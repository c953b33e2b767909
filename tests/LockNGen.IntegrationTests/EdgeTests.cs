using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.IntegrationTests;

/// <summary>The edge's own configuration in a real nginx.</summary>
public sealed class EdgeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-edge").FullName;
    private readonly int[] _ports = FreePorts.Take(2);
    private WebApplication _services = null!;
    private Process _nginx = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_ports[1]}");
        _services = builder.Build();
        _services.Run(context => context.Response.WriteAsync("reached"));
        await _services.StartAsync(TestContext.Current.CancellationToken);

        var template = await File.ReadAllTextAsync(System.IO.Path.Combine(Repository.Root, "deploy", "nginx", "templates", "edge.conf.template"));
        var edge = template.Replace("${EDGE_RESOLVER}", "127.0.0.1", StringComparison.Ordinal)
            .Replace("${EDGE_TRUSTED_PROXY}", "192.0.2.1", StringComparison.Ordinal)
            .Replace("listen 8080;", $"listen 127.0.0.1:{_ports[0]};", StringComparison.Ordinal);
        foreach (var service in new[] { "GATEWAY", "API", "NOTIFIER" })
            edge = edge.Replace($"${{EDGE_{service}}}", $"127.0.0.1:{_ports[1]}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(System.IO.Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            pid {{_folder}}/pid;
            error_log stderr crit;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path {{_folder}}; proxy_temp_path {{_folder}}; fastcgi_temp_path {{_folder}}; uwsgi_temp_path {{_folder}}; scgi_temp_path {{_folder}};
              {{edge}}
            }
            """);
        _nginx = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", _folder, "-c", System.IO.Path.Combine(_folder, "nginx.conf")]))!;
    }

    public async ValueTask DisposeAsync()
    {
        _nginx.Kill(entireProcessTree: true);
        await _nginx.WaitForExitAsync();
        _nginx.Dispose();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task InternalRoutesAndMetrics_HoweverTheyAreWritten_AreNotThere()
    {
        (await AskAsync("/api/queue")).ShouldContain("reached");

        foreach (var path in new[]
        {
            "/api/internal/generations/x", "/api/internal", "/api/Internal/x", "/api/%69nternal/x", "//api//internal/x", "/api/queue/../internal/x", "/api/./internal/x",
            "/api%2finternal/x", "/metrics", "/Metrics", "/metrics/", "//metrics", "/%6detrics",
        })
        {
            var answer = await AskAsync(path);
            answer.ShouldStartWith("HTTP/1.1 404", customMessage: path);
            answer.ShouldNotContain("reached", customMessage: path);
        }
    }

    /// <summary>Sent unchanged: the framework's clients normalize paths.</summary>
    private async Task<string> AskAsync(string path)
    {
        while (true)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync("127.0.0.1", _ports[0], TestContext.Current.CancellationToken);
            }
            catch (SocketException) when (!_nginx.HasExited)
            {
                // It is still starting.
                continue;
            }

            await using var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
    }
}
