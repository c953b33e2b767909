using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>SIGSTOP of a node of a cluster, for long enough that the others consider it lost; an operator restarts it afterwards.</summary>
internal sealed class FreezeBroker(RabbitMqBroker broker, TimeSpan lasts) : Fault("broker SIGSTOP", "broker", lasts)
{
    public override bool IsSpared => true;

    public override Task BreakAsync(CancellationToken cancellationToken) => broker.FreezeAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => broker.ThawAsync();
}
