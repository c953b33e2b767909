using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>A node of the broker is stopped and started in good order (stop_app, start_app).</summary>
internal sealed class RestartBrokerApplication(RabbitMqBroker broker, bool isSpared, TimeSpan lasts) : Fault("broker restart", "broker", lasts)
{
    public override bool IsSpared => isSpared;

    public override Task BreakAsync(CancellationToken cancellationToken) => broker.ControlAsync("stop_app");

    public override Task MendAsync(CancellationToken cancellationToken) => broker.ControlAsync("start_app");
}
