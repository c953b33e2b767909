namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>A gate that is open, or closed until it is opened again: while the server is frozen, everything waits for it.</summary>
internal sealed class FreezeGate
{
    private TaskCompletionSource? _thawed;

    public bool IsFrozen => Volatile.Read(ref _thawed) is not null;

    public void Freeze() => Interlocked.CompareExchange(ref _thawed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    public void Thaw() => Interlocked.Exchange(ref _thawed, null)?.TrySetResult();

    public Task WaitAsync(CancellationToken cancellationToken) => Volatile.Read(ref _thawed)?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
}
