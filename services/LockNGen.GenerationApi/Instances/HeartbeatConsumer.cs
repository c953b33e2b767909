using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.GenerationApi.Instances;

/// <summary>Answers a watcher's heartbeat with what it owns.</summary>
internal sealed class HeartbeatConsumer(Leases leases) : IConsumer<WatcherHeartbeat>
{
    public async Task Consume(ConsumeContext<WatcherHeartbeat> context) =>
        await context.RespondAsync(await leases.RenewAsync(context.Message, context.CancellationToken));
}
