namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>The one flag that <c>POST /interrupt</c> sets and the running node reads; a new prompt starts with it cleared.</summary>
internal sealed class InterruptFlag
{
    private int _set;

    public void Set() => Interlocked.Exchange(ref _set, 1);

    public void Clear() => Interlocked.Exchange(ref _set, 0);

    public bool Take() => Interlocked.Exchange(ref _set, 0) == 1;
}
