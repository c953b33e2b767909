using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>ComfyUI's open sockets look healthy but receive nothing any more; only the watcher can renew them.</summary>
internal sealed class DeafenSimulator(Simulator simulator, TimeSpan lasts) : Fault("ComfyUI deaf socket", simulator.Service.Name, lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => simulator.AdminAsync("sockets/deafen", cancellationToken);
}
