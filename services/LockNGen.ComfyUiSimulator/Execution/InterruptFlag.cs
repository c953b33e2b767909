namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>The one flag that <c>POST /interrupt</c> sets and the running node reads; a new prompt starts with it cleared.</summary>
internal sealed class InterruptFlag
{
    private TaskCompletionSource _set = NewFlag();

    /// <summary>Completes when the flag is set.</summary>
    public Task WhenSet => Volatile.Read(ref _set).Task;

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    public void Clear() => Take();

    public bool Take()
    {
        var flag = Volatile.Read(ref _set);
        return flag.Task.IsCompleted && Interlocked.CompareExchange(ref _set, NewFlag(), flag) == flag;
    }

    private static TaskCompletionSource NewFlag() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
