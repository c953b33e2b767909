using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Files;

/// <summary>
/// Files that are deleted with their rows. Their removal is recorded in the transaction that deletes the rows, so that unavailable storage, or a crash between the
/// two, never leaves files behind that their owner has erased.
/// </summary>
internal sealed partial class FileRemovals(GenerationsDatabase database, IImageStore files, ILogger<FileRemovals> logger)
{
    private const int BatchSize = 200;

    /// <summary>The limit of a round; a client may be waiting for it.</summary>
    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(20);

    /// <summary>Records the files to remove, in the transaction that deletes their rows.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="keys">Keys of files or, ending with a slash, of everything below.</param>
    public static async Task AddAsync(DatabaseSession session, IEnumerable<string> keys)
    {
        foreach (var key in keys)
            await session.ExecuteAsync("INSERT INTO file_removals (key, since) VALUES (@key, @Now) ON CONFLICT (key) DO NOTHING", new { key, session.Now });
    }

    /// <summary>Removes a batch of the files that are due; those that cannot be removed now are retried after the others.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var keys = await database.ReadAsync(
            session => session.QueryAsync<string>("SELECT key FROM file_removals ORDER BY since LIMIT @BatchSize", new { BatchSize }), cancellationToken);
        if (keys.Count == 0)
            return;
        var (removed, failed) = await RemoveAsync(keys, cancellationToken);
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("DELETE FROM file_removals WHERE key IN @removed", new { removed = SqlList.Of(removed) });
                await session.ExecuteAsync("UPDATE file_removals SET since = @Now WHERE key IN @failed", new { session.Now, failed = SqlList.Of(failed) });
            },
            cancellationToken);
    }

    private async Task<(List<string> Removed, List<string> Failed)> RemoveAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var (removed, failed) = (new List<string>(), new List<string>());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RoundLimit);
        foreach (var key in keys)
        {
            try
            {
                await files.DeleteAsync(key, limit.Token);
                removed.Add(key);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogFailed(key, e);
                failed.Add(key);
            }
            catch (Exception e) when (e is StorageUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next ones would fail as well.
                LogFailed(key, e);
                break;
            }
        }

        return (removed, failed);
    }

    [LoggerMessage(LogLevel.Warning, "The file or folder '{Key}' could not be removed; trying again in a minute")]
    private partial void LogFailed(string key, Exception exception);
}
