using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>A partition of the network: a node of a cluster does not reach the others, while clients reach all of them.</summary>
internal sealed class CutOffBroker(RabbitMqBroker broker, TimeSpan lasts) : Fault("broker partition", "broker", lasts)
{
    public override bool IsSpared => true;

    public override Task BreakAsync(CancellationToken cancellationToken) => broker.CutOffAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => broker.RejoinAsync();
}
