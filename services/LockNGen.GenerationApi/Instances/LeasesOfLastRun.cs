using LockNGen.GenerationApi.Storage;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Instances;

/// <summary>
/// A bus in memory dies with its watchers: after a restart there is no watcher left to wait for, so the leases end and the work comes back at once.
/// </summary>
internal sealed class LeasesOfLastRun(GenerationsDatabase database, IOptions<BusOptions> bus) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (bus.Value.Transport == BusTransport.InMemory)
        {
            // Watched a moment ago, for as long as this process has been away: what they render may still be adopted.
            await database.WriteAsync(
                session => session.ExecuteAsync("UPDATE instances SET watcher = NULL, reported_at = @Now", new { session.Now }), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
