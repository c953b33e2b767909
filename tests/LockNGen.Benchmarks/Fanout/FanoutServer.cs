using System.Diagnostics;
using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>A process that events are fanned out by: the gateway, or the peer that it is compared with.</summary>
internal sealed class FanoutServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly IAsyncDisposable? _owner;
    private readonly int _port;

    private FanoutServer(string name, Process process, int port, IAsyncDisposable? owner) =>
        (Name, _process, _port, _owner) = (name, process, port, owner);

    public string Name { get; }

    /// <summary>Its processor time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<FanoutServer> StartGatewayAsync(string broker)
    {
        var gateway = ServiceProcess.Start("LockNGen.RealtimeGateway", new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = broker,
            ["Connections__MaxPerClient"] = "10000",
            ["Connections__AttemptsPerMinute"] = "1000000",
            ["Connections__FramesPerSecond"] = "1000",
        });
        await gateway.ReadyAsync();
        return new FanoutServer("gateway", Process.GetProcessById(gateway.Id), gateway.Url.Port, gateway);
    }

    public static async Task<FanoutServer> StartNodeAsync(string broker)
    {
        var folder = Path.Combine(Repository.Root, "tests/LockNGen.Benchmarks/peers/node-ws");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            await Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--silent"]) { WorkingDirectory = folder })!.WaitForExitAsync();
        var port = FreePorts.Take();
        var node = Process.Start(new ProcessStartInfo("node", ["server.js", broker, port.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        return await node.StandardOutput.ReadLineAsync() == "ready"
            ? new FanoutServer("Node ws + amqplib", node, port, owner: null)
            : throw new InvalidOperationException("The Node peer did not start; it needs node and npm.");
    }

    public Uri AddressOf(Guid generation, long after = 0) => new($"ws://127.0.0.1:{_port}/api/ws/progress?generationId={generation}&after={after}");

    public async ValueTask DisposeAsync()
    {
        if (_owner is not null)
        {
            await _owner.DisposeAsync();
            return;
        }

        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
