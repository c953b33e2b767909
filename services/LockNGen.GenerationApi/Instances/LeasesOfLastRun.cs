using LockNGen.GenerationApi.Storage;
using LockNGen.ServiceDefaults.Bus;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Instances;

/// <summary>
/// A bus in memory dies with its watchers: after a restart nobody is left to wait for, so the leases end and the work comes back at once.
/// </summary>
internal sealed class LeasesOfLastRun(GenerationsDatabase database, IOptions<BusOptions> bus) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (bus.Value.Transport == BusTransport.InMemory)
            await database.WriteAsync(session => session.ExecuteAsync("UPDATE instances SET watcher = NULL"), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
