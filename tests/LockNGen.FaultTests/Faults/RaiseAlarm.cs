using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>The broker runs out of memory or disk: it stops reading from publishers.</summary>
internal sealed class RaiseAlarm(RabbitMqBroker broker, BrokerResource resource, TimeSpan lasts)
    : Fault(resource == BrokerResource.Memory ? "broker memory alarm" : "broker disk alarm", "broker", lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => broker.RaiseAlarmAsync(resource);

    public override Task MendAsync(CancellationToken cancellationToken) => broker.ClearAlarmAsync(resource);
}
