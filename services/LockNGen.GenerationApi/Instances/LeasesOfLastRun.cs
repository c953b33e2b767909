using LockNGen.GenerationApi.Storage;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Instances;

/// <summary>
/// With the in-memory bus, watchers end with the process: after a restart there is none to wait for, so the leases end and the work is taken back at once.
/// </summary>
internal sealed class LeasesOfLastRun(GenerationsDatabase database, IOptions<BusOptions> bus) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (bus.Value.Transport == BusTransport.InMemory)
        {
            // They count as watched a moment ago, however long this process was down: their renders may still be adopted.
            await database.WriteAsync(
                session => session.ExecuteAsync("UPDATE instances SET watcher = NULL, reported_at = @Now", new { session.Now }), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
