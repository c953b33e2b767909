using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>ComfyUI dies, with its queue and history.</summary>
internal sealed class CrashSimulator(Simulator simulator, TimeSpan lasts) : Fault("ComfyUI crash", simulator.Service.Name, lasts)
{
    public override string Unreliable => Target;

    public override async Task BreakAsync(CancellationToken cancellationToken)
    {
        await simulator.CollectRendersAsync(cancellationToken);
        await simulator.Service.KillAsync();
    }

    public override Task MendAsync(CancellationToken cancellationToken)
    {
        simulator.Service.Start();
        return Task.CompletedTask;
    }
}
