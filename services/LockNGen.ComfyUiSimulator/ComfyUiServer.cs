using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Execution;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator;

/// <summary>One run of a ComfyUI process: queue, history, sockets, cache and worker. A restart creates a new one.</summary>
internal sealed class ComfyUiServer : IAsyncDisposable
{
    private readonly ServerEnvironment _environment;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _work;

    public ComfyUiServer(ServerEnvironment environment)
    {
        _environment = environment;
        environment.Files.ClearTemp();
        Sockets = new SocketHub(environment.Clock, environment.Loggers.CreateLogger<SocketHub>());
        Queue = new PromptQueue(remaining => Sockets.Broadcast("status", StatusJson(remaining)));
        Log = new ServerLog(environment.Clock);
        Worker = new PromptWorker(environment, Queue, Sockets, Log, environment.Loggers.CreateLogger<PromptWorker>());
        _work = Task.WhenAll(
            Task.Run(() => Worker.RunAsync(_stopping.Token)),
            Task.Run(() => SendAsync(_stopping.Token)));
    }

    public PromptQueue Queue { get; }

    public SocketHub Sockets { get; }

    public PromptWorker Worker { get; }

    public ServerLog Log { get; }

    /// <summary>Gives handlers the current server; a container would dispose of it.</summary>
    public static ValueTask<ComfyUiServer?> BindAsync(HttpContext context) =>
        ValueTask.FromResult<ComfyUiServer?>(context.RequestServices.GetRequiredService<Simulator>().Server);

    public static JsonObject StatusJson(int remaining) => new()
    {
        ["status"] = new JsonObject { ["exec_info"] = new JsonObject { ["queue_remaining"] = remaining } },
    };

    public JsonObject FeatureFlags()
    {
        var flags = new JsonObject
        {
            ["supports_preview_metadata"] = true,
            ["max_upload_size"] = _environment.Options.MaxUploadMegabytes * 1024L * 1024,
        };
        if (_environment.IsVersionB)
        {
            flags["extension"] = new JsonObject { ["manager"] = new JsonObject { ["supports_v4"] = true } };
            flags["node_replacements"] = true;
            flags["assets"] = false;
        }

        return flags;
    }

    /// <summary>Cuts every socket without a close frame, as when the real process dies.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var (connection, _) in Sockets.Open())
            connection.Abort();
        await _work;
        Worker.Dispose();
        Queue.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Sockets.SendQueuedAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server ends, and its frames with it.
            return;
        }
    }
}
