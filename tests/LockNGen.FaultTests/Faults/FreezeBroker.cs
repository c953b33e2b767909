using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>SIGSTOP of a node of a cluster, for long enough that the others take it for lost; an operator starts it again afterwards.</summary>
internal sealed class FreezeBroker(RabbitMqBroker broker, TimeSpan lasts) : Fault("broker SIGSTOP", "broker", lasts)
{
    public override bool IsSpared => true;

    public override Task BreakAsync(CancellationToken cancellationToken) => broker.FreezeAsync();

    /// <summary>It knows nothing of its absence, so each side sees a partition, and stays with it until the node is started again.</summary>
    public override async Task MendAsync(CancellationToken cancellationToken)
    {
        await broker.ThawAsync();
        await broker.ControlAsync("stop_app");
        await broker.ControlAsync("start_app");
    }
}
