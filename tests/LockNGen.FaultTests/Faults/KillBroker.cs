using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>kill -9 of the broker's node; it starts again on the data it had.</summary>
internal sealed class KillBroker(RabbitMqBroker broker, TimeSpan lasts) : Fault("broker kill -9", "broker", lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => broker.KillAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => broker.StartAsync();
}
