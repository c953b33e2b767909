namespace LockNGen.FaultTests.Faults;

/// <summary>One thing that goes wrong, and is mended after a while.</summary>
/// <param name="kind">What goes wrong, the same for every target: recoveries are measured by it.</param>
/// <param name="target">What it breaks. Two simultaneous faults never have the same target.</param>
/// <param name="lasts">How long it is left broken.</param>
internal abstract class Fault(string kind, string target, TimeSpan lasts)
{
    public string Kind => kind;

    public string Target => target;

    public TimeSpan Lasts => lasts;

    /// <summary>The simulated ComfyUI that the system cannot rely on meanwhile, if there is one: what it renders may be rendered elsewhere.</summary>
    public virtual string? Unreliable => null;

    /// <summary>Whether the system must continue meanwhile, because others do the same work.</summary>
    public virtual bool IsSpared => false;

    /// <summary>Breaks it.</summary>
    public abstract Task BreakAsync(CancellationToken cancellationToken);

    /// <summary>Does what an operator or an orchestrator does, after <see cref="Lasts"/>.</summary>
    public virtual Task MendAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override string ToString() => $"{Kind}: {Target}";
}
