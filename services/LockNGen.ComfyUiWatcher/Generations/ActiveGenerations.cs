using System.Collections.Concurrent;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The generations that this watcher works on.</summary>
internal sealed class ActiveGenerations
{
    private readonly ConcurrentDictionary<Guid, Active> _active = new();
    private volatile bool _stopped;

    /// <summary>The generations whose claim was granted.</summary>
    public IReadOnlyList<HeldGeneration> Held => [.. _active.Values.Select(a => a.Run.Held).OfType<HeldGeneration>()];

    /// <summary>Runs a generation, unless it is running already.</summary>
    public void Start(Guid generationId, GenerationRun run, Func<GenerationRun, CancellationToken, Task> work)
    {
        var active = new Active(run);
        if (!_stopped && _active.TryAdd(generationId, active))
            active.Running = Task.Run(() => RunAsync(generationId, active, work));
    }

    public void Cancel(CancelGeneration command)
    {
        if (_active.TryGetValue(command.GenerationId, out var active))
            active.Run.Cancel.Request(command);
    }

    /// <summary>
    /// These are not ours any more: nothing more is published about them. A later attempt of the same generation may have arrived in the
    /// meantime; it is not affected.
    /// </summary>
    public void Abandon(IEnumerable<HeldGeneration> held)
    {
        foreach (var one in held)
        {
            if (_active.TryGetValue(one.GenerationId, out var active) && active.Run.Held?.Attempt == one.Attempt)
                active.Abandon.Cancel();
        }
    }

    /// <summary>The server of these is not ours any more.</summary>
    public void AbandonOn(string instance) => Abandon(_active.Values.Where(a => a.Run.Instance == instance));

    /// <summary>Drops everything and waits until it has stopped.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        Abandon(_active.Values);
        return Task.WhenAll(_active.Values.Select(a => a.Running));
    }

    private static void Abandon(IEnumerable<Active> all)
    {
        foreach (var active in all)
            active.Abandon.Cancel();
    }

    private async Task RunAsync(Guid generationId, Active active, Func<GenerationRun, CancellationToken, Task> work)
    {
        try
        {
            await work(active.Run, active.Abandon.Token);
        }
        finally
        {
            _active.TryRemove(generationId, out _);
        }
    }

    private sealed class Active(GenerationRun run)
    {
        public GenerationRun Run { get; } = run;

        // Not disposed: it has neither timer nor parent, and may be cancelled after the run has ended.
        public CancellationTokenSource Abandon { get; } = new();

        public Task Running { get; set; } = Task.CompletedTask;
    }
}
