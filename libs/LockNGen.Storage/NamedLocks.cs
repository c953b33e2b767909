using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace LockNGen.Storage;

/// <summary>
/// Mutual exclusion by name. SQLite belongs to one process, where a semaphore is enough. On PostgreSQL it is an advisory lock that ends with
/// its transaction, so with its holder; and the server ends the transaction of a holder that hangs. A server that is lost takes its locks with
/// it, so after a failover there may be a second holder beside one that is still working. So everything done under a lock is either a
/// compare-and-set, or harmless to repeat:
/// <list type="bullet">
/// <item>scheduler: a generation is dispatched only while it is queued, so to one instance; two passes at once may give an instance more than its room,
/// which then waits there. Cancels and outcomes may be sent twice; their consumers recognize duplicates.</item>
/// <item>outbox: an event goes out twice, with the same bytes, number and message id; readers drop the second.</item>
/// <item>retention: rows are deleted, and the names of their files written down, in one transaction; deleting them again changes nothing.</item>
/// </list>
/// A <see cref="DatabaseSession"/>'s own lock ends with its transaction, which does not commit where the lock was lost.
/// </summary>
internal sealed class NamedLocks(DbDataSource source, bool isSqlite)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _local = [];

    public async Task<IAsyncDisposable> AcquireAsync(string name, CancellationToken cancellationToken)
    {
        // Local first, on PostgreSQL too: so the tasks of one process wait without a connection each.
        var local = _local.GetOrAdd(name, _ => new SemaphoreSlim(1));
        await local.WaitAsync(cancellationToken);
        try
        {
            return new Held(local, isSqlite ? null : await AcquireRemoteAsync(name, cancellationToken));
        }
        catch
        {
            local.Release();
            throw;
        }
    }

    private async Task<DbConnection> AcquireRemoteAsync(string name, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"BEGIN; SET LOCAL idle_in_transaction_session_timeout = '15s'; SELECT pg_advisory_xact_lock({Key(name)})";
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The number by which PostgreSQL knows the lock.</summary>
    public static long Key(string name) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes("lockngen:" + name)));

    /// <summary>Returning the connection to its pool rolls the transaction back, which frees the lock.</summary>
    private sealed class Held(SemaphoreSlim local, DbConnection? remote) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                // Throws when the server has gone away, which freed the lock.
                if (remote is not null)
                    await remote.DisposeAsync();
            }
            finally
            {
                local.Release();
            }
        }
    }
}
