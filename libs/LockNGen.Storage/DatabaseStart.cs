using System.Data.Common;
using LockNGen.Hosting.Start;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LockNGen.Storage;

/// <summary>
/// Migrates before anything else of the host starts. A database that is not available yet does not fail the start: its first use tries
/// again, and <c>/health/ready</c> reports it meanwhile. A damaged or read-only file does.
/// </summary>
internal sealed partial class DatabaseStart<TDatabase>(TDatabase database, ILogger<DatabaseStart<TDatabase>> logger) : IHostedLifecycleService
    where TDatabase : Database
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.MigrateAsync(cancellationToken);
        }
        catch (DbException e) when (SqliteFailure.Explain(e) is { } explanation)
        {
            throw new StartFailureException(explanation, e);
        }
        catch (DbException e)
        {
            LogUnavailable(typeof(TDatabase).Name, e.Message);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "{Database} is not available yet: {Reason}. Trying again at the next use")]
    private partial void LogUnavailable(string database, string reason);
}
