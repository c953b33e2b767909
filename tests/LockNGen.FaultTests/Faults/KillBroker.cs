using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>kill -9 of a node of the broker; it starts again on the data it had.</summary>
internal sealed class KillBroker(RabbitMqBroker broker, bool isSpared, TimeSpan lasts) : Fault("broker kill -9", "broker", lasts)
{
    public override bool IsSpared => isSpared;

    public override Task BreakAsync(CancellationToken cancellationToken) => broker.KillAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => broker.StartAsync();
}
