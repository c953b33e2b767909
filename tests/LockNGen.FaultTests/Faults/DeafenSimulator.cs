using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>ComfyUI's open sockets look healthy and get nothing any more; nobody mends them but the watcher.</summary>
internal sealed class DeafenSimulator(Simulator simulator, TimeSpan lasts) : Fault("ComfyUI deaf socket", simulator.Service.Name, lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => simulator.AdminAsync("sockets/deafen", cancellationToken);
}
