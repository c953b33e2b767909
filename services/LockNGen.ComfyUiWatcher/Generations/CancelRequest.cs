using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>A request to stop the generation. Whether it stops is decided by its last prompt: an interrupt may come too late.</summary>
internal sealed class CancelRequest
{
    private readonly TaskCompletionSource<CancelGeneration> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Requested => _requested.Task;

    public bool IsRequested => _requested.Task.IsCompletedSuccessfully;

    /// <summary>Repeated requests have no effect.</summary>
    public void Request(CancelGeneration request) => _requested.TrySetResult(request);

    /// <summary>The outcome of a stopped prompt: stopped on request or, if there was none, by someone at the ComfyUI server.</summary>
    public GenerationOutcome Outcome() => _requested.Task switch
    {
        { IsCompletedSuccessfully: true, Result.Error: { } error } => new GenerationOutcome.Failed(error),
        { IsCompletedSuccessfully: true, Result.Reason: var reason } => new GenerationOutcome.Cancelled(reason),
        _ => new GenerationOutcome.Cancelled("comfyui"),
    };

    public void ThrowIfRequested()
    {
        if (IsRequested)
            throw new GenerationEndedException(Outcome());
    }
}
