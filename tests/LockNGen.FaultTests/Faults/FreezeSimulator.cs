using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>ComfyUI accepts connections but answers nothing, not even pings.</summary>
internal sealed class FreezeSimulator(Simulator simulator, TimeSpan lasts) : Fault("ComfyUI frozen", simulator.Service.Name, lasts)
{
    public override string Unreliable => Target;

    public override Task BreakAsync(CancellationToken cancellationToken) => simulator.AdminAsync("freeze", cancellationToken);

    public override Task MendAsync(CancellationToken cancellationToken) => simulator.AdminAsync("unfreeze", cancellationToken);
}
