using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>
/// The real server's one worker thread. An exception outside of a node ends it for good while HTTP and sockets stay
/// healthy: a zombie.
/// </summary>
internal sealed partial class PromptWorker(
    ServerEnvironment environment, PromptQueue queue, SocketHub sockets, ServerLog log, ILogger<PromptWorker> logger) : IDisposable
{
    private static readonly TimeSpan GarbageCollectionInterval = TimeSpan.FromSeconds(10);
    private readonly OutputCache _cache = new(environment.Library);
    private readonly CancellationTokenSource _death = new();
    private volatile bool _freeMemory;
    private readonly TempPrefixes _tempPrefixes = new();
    private long? _lastCollection;

    public InterruptFlag Interrupt { get; } = new();

    /// <summary>Empties the cache before the next prompt.</summary>
    public void FreeMemory() => _freeMemory = true;

    /// <summary>Ends the worker immediately; the running prompt stays in <c>queue_running</c> forever.</summary>
    /// <param name="silently">Whether the server's log shows nothing, as when a node has called <c>sys.exit()</c>.</param>
    public void Kill(bool silently)
    {
        if (!silently)
            log.WriteDeath("KeyError: 'inputs'");
        _death.Cancel();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stopping, _death.Token);
        try
        {
            while (true)
            {
                await environment.Faults.Holds.PassAsync(HoldStage.Waiting, await queue.NextAsync(linked.Token), classType: null, step: null, linked.Token);
                if (queue.Take() is { } item)
                    await ExecuteAsync(item, linked.Token);
            }
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            LogStopped(_death.IsCancellationRequested ? "killed" : "server stopping");
        }
        catch (Exception e)
        {
            // Python prints nothing when a SystemExit ends a thread.
            if (e is not PythonException { Type: PythonException.SystemExit })
                log.WriteDeath(e.Message);
            LogDied(e);
        }
    }

    public void Dispose() => _death.Dispose();

    private async Task ExecuteAsync(QueueItem item, CancellationToken cancellationToken)
    {
        if (_freeMemory)
        {
            _freeMemory = false;
            _cache.Clear();
            _tempPrefixes.Clear();
            _lastCollection = null;
        }

        var render = environment.Renders.Start(item.PromptId, item.VisibleExtraData());
        var run = new PromptRun(item, environment, sockets, _cache, Interrupt, _tempPrefixes);
        HistoryEntry entry;
        try
        {
            entry = await run.ExecuteAsync(cancellationToken);
        }
        catch (Exception)
        {
            environment.Renders.Lose(render);
            throw;
        }

        environment.Renders.End(render, entry.Completed ? "success" : run.WasInterrupted ? "interrupted" : "error", run.ExecutedNodes);
        await Task.Delay(environment.Faults.HistoryLag, environment.Clock, cancellationToken);
        CollectGarbage();
        queue.Complete(entry);
        await environment.Faults.Holds.PassAsync(HoldStage.HistoryWritten, item.PromptId, classType: null, step: null, cancellationToken);
        if (sockets.CurrentClientId is not null)
            sockets.Whisper("executing", new JsonObject { ["node"] = null, ["prompt_id"] = item.PromptId });
    }

    /// <summary>Delays the last messages of a prompt, although their timestamps are correct.</summary>
    private void CollectGarbage()
    {
        if (environment.Options.GarbageCollectionMilliseconds == 0
            || (_lastCollection is { } last && environment.Clock.GetElapsedTime(last) < GarbageCollectionInterval))
        {
            return;
        }

        _lastCollection = environment.Clock.GetTimestamp();
        sockets.Pause(TimeSpan.FromMilliseconds(environment.Options.GarbageCollectionMilliseconds));
    }

    [LoggerMessage(LogLevel.Information, "worker ended: {Reason}")]
    private partial void LogStopped(string reason);

    [LoggerMessage(LogLevel.Error, "worker thread died; nothing will run any more")]
    private partial void LogDied(Exception exception);
}
