using LockNGen.FaultTests.Rig;
using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>SIGSTOP and SIGCONT: the process believes afterwards that no time has passed.</summary>
internal sealed class FreezeService(Service service, TimeSpan lasts) : Fault("SIGSTOP", service.Name, lasts)
{
    private ServiceProcess? _frozen;

    public override async Task BreakAsync(CancellationToken cancellationToken)
    {
        _frozen = service.Process;
        if (_frozen is not null)
            await _frozen.FreezeAsync();
    }

    public override async Task MendAsync(CancellationToken cancellationToken)
    {
        if (_frozen is not null)
            await _frozen.ThawAsync();
    }
}
