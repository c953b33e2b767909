using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>SIGTERM, as a rolling update sends it; the process must end by itself, with code 0.</summary>
internal sealed class TerminateService(Service service, TimeSpan lasts) : Fault("SIGTERM", service.Name, lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => service.TerminateAsync();

    public override Task MendAsync(CancellationToken cancellationToken)
    {
        service.Start();
        return Task.CompletedTask;
    }
}
