using System.Diagnostics;
using System.Net.WebSockets;
using System.Threading.Channels;
using LockNGen.Contracts;
using LockNGen.TestSupport;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Drain;

[Trait("Category", "Integration")]
public sealed class RollingRestartTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private const int Clients = 300;

    private const int StateEvery = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-nginx").FullName;
    private readonly int[] _ports = FreePorts.Take(3);
    private readonly Guid _id = Guid.NewGuid();
    private string _address = "";
    private Process _nginx = null!;

    private Uri Edge => new($"http://127.0.0.1:{_ports[0]}");

    public async ValueTask InitializeAsync()
    {
        _address = await broker.CreateVirtualHostAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            pid {{_folder}}/pid;
            error_log stderr crit;
            events { worker_connections 4096; }
            http {
              access_log off;
              client_body_temp_path {{_folder}}; proxy_temp_path {{_folder}}; fastcgi_temp_path {{_folder}}; uwsgi_temp_path {{_folder}}; scgi_temp_path {{_folder}};
              upstream gateways { server 127.0.0.1:{{_ports[1]}}; server 127.0.0.1:{{_ports[2]}}; }
              server {
                listen 127.0.0.1:{{_ports[0]}};
                location / {
                  proxy_pass http://gateways;
                  proxy_http_version 1.1;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection upgrade;
                  proxy_set_header Host $http_host;
                  proxy_next_upstream error timeout http_503;
                }
              }
            }
            """);
        _nginx = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", _folder, "-c", Path.Combine(_folder, "nginx.conf")]))!;
    }

    public async ValueTask DisposeAsync()
    {
        _nginx.Kill(entireProcessTree: true);
        await _nginx.WaitForExitAsync();
        _nginx.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EachGatewayInTurn_BehindNginx_EveryClientSeesEveryStateEventOnceAndProgressInOrder()
    {
        await using var publisher = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Replica:Name"] = "publisher" }, _address);
        await publisher.ReadyAsync();
        var gateways = new[] { Start(_ports[1]), Start(_ports[2]) };
        try
        {
            await Task.WhenAll(gateways.Select(g => g.ReadyAsync()));
            await publisher.PublishAsync(Queued(_id), Started(_id));
            var seen = Enumerable.Range(0, Clients).Select(_ => new List<long>()).ToList();
            var connected = new CountdownEvent(Clients);
            var clients = seen.Select(s => FollowAsync(s, connected)).ToList();
            (await Task.Run(() => connected.Wait(TimeSpan.FromSeconds(60)))).ShouldBeTrue();

            using var restarted = new CancellationTokenSource();
            var publishing = PublishUntilAsync(publisher, restarted.Token);
            for (var i = 0; i < gateways.Length; i++)
            {
                (await gateways[i].TerminateAsync()).ShouldBe(0);
                await gateways[i].DisposeAsync();
                gateways[i] = Start(_ports[1 + i]);
                await gateways[i].ReadyAsync();
            }

            await restarted.CancelAsync();
            var last = await publishing;
            await publisher.PublishAsync(Completed(_id, First(last + 1), state: First(StateBefore(last + 1))));
            await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(120));

            var expected = Enumerable.Range(1, last).Where(IsState).Append(last + 1).Select(n => First(n)).Prepend(1).ToList();
            seen.ShouldAllBe(s => s.Intersect(expected).SequenceEqual(expected));
            seen.ShouldAllBe(s => s.Zip(s.Skip(1)).All(pair => pair.First < pair.Second));
            // More than a replica that started after it was published can know.
            seen.ShouldAllBe(s => s.Count > expected.Count);
        }
        finally
        {
            foreach (var gateway in gateways)
                await gateway.DisposeAsync();
        }
    }

    private ServiceProcess Start(int port) => ServiceProcess.Start("LockNGen.RealtimeGateway", new Dictionary<string, string>
    {
        ["ConnectionStrings__rabbitmq"] = _address,
        ["Rings__Events"] = "10000",
        ["Drain__Seconds"] = "1",
        ["Connections__AttemptsPerMinute"] = "100000",
        ["Connections__MaxPerClient"] = "1000",
        ["Logging__LogLevel__Default"] = "Warning",
    }, port);

    private static bool IsState(int n) => n % StateEvery == 1;

    private static int StateBefore(int n) => ((n - 2) / StateEvery * StateEvery) + 1;

    /// <summary>
    /// Publishes at the rate of a fast render, so that there are events at every moment of both restarts: progress, and sometimes an image.
    /// Returns the last number.
    /// </summary>
    private async Task<int> PublishUntilAsync(GatewayHost publisher, CancellationToken restarted)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var n = 1;
        while (!restarted.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            n++;
            var state = First(StateBefore(n));
            await publisher.PublishAsync(IsState(n) ? Image(_id, First(n), n, state) : Progress(_id, First(n), n, state: state));
        }

        return n;
    }

    /// <summary>Follows to the end, coming back with its cursor whenever the connection ends.</summary>
    private async Task FollowAsync(List<long> seen, CountdownEvent connected)
    {
        while (true)
        {
            try
            {
                await using var client = await ProgressClient.ConnectAsync(Edge, $"generationId={_id}&after={seen.LastOrDefault()}");
                while (true)
                {
                    var frame = await client.NextAsync();
                    if (ProgressClient.TypeOf(frame) == "subscription.gap")
                        throw new InvalidOperationException("a gap: " + frame.GetRawText());
                    if (!frame.TryGetProperty("sequence", out var sequence))
                        continue;
                    seen.Add(sequence.GetInt64());
                    if (seen.Count == 1)
                        connected.Signal();
                    if (ProgressClient.TypeOf(frame) == GenerationEventTypes.Completed)
                        return;
                }
            }
            catch (Exception e) when (e is WebSocketException or ChannelClosedException)
            {
                // As clients do: not at once, and not all together.
                await Task.Delay(Random.Shared.Next(20, 200));
            }
        }
    }
}
