using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>kill -9 of a process; an orchestrator starts it again.</summary>
internal sealed class KillService(Service service, TimeSpan lasts) : Fault("kill -9", service.Name, lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => service.KillAsync();

    public override Task MendAsync(CancellationToken cancellationToken)
    {
        service.Start();
        return Task.CompletedTask;
    }
}
