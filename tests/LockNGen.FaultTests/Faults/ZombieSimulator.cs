using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>ComfyUI's worker is dead while everything else looks healthy; an operator restarts it.</summary>
internal sealed class ZombieSimulator(Simulator simulator, TimeSpan lasts) : Fault("ComfyUI zombie", simulator.Service.Name, lasts)
{
    public override string Unreliable => Target;

    public override Task BreakAsync(CancellationToken cancellationToken) => simulator.AdminAsync("zombie", cancellationToken);

    public override Task MendAsync(CancellationToken cancellationToken) => simulator.AdminAsync("restart", cancellationToken);
}
