using System.Data.Common;
using LockNGen.ServiceDefaults.Bus;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// Migrates before anything else of the host starts. A database that is not there yet is no reason to die: whoever uses it first tries
/// again, and <c>/health/ready</c> says so meanwhile.
/// </summary>
internal sealed partial class DatabaseStart(GenerationsDatabase database, IOptions<BusOptions> bus, ILogger<DatabaseStart> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.MigrateAsync(cancellationToken);
            // A bus in memory dies with its watchers: nobody is left to wait for, and their work comes back at once.
            if (bus.Value.Transport == BusTransport.InMemory)
                await database.WriteAsync(session => session.ExecuteAsync("UPDATE instances SET watcher = NULL"), cancellationToken);
        }
        catch (DbException e)
        {
            LogUnavailable(e.Message);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is not available yet: {Reason}. Trying again at the next use.")]
    private partial void LogUnavailable(string reason);
}
