using System.Data.Common;
using LockNGen.Hosting.Resilience;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LockNGen.Storage;

/// <summary>
/// One service's database: SQLite ("Data Source=...", one process) or PostgreSQL ("Host=...", any number of replicas). A service derives
/// one class, whose assembly carries its migrations. SQL is written once for both.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    private const int MaxTries = 5;

    /// <summary>How long a standby may take to be promoted before callers get an error.</summary>
    private static readonly TimeSpan FailoverPatience = TimeSpan.FromSeconds(10);
    private static readonly Backoff FailoverRetry = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    /// <summary>Retries after a deadlock or another transient failure.</summary>
    private static readonly Backoff Contended = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200));

    private readonly DbDataSource _source;
    private readonly bool _hasSeveralHosts;
    private readonly TimeProvider _clock;
    private readonly Migrations _migrations;
    private readonly SemaphoreSlim _migrating = new(1);

    /// <summary>SQLite has one writer at a time; waiting for it here costs no thread, waiting inside SQLite does.</summary>
    private readonly SemaphoreSlim _sqliteWriter = new(1);
    private readonly NamedLocks _locks;
    private volatile bool _migrated;

    /// <summary>Names the database; nothing is opened before the first use.</summary>
    /// <param name="name">Keeps the services' migrations apart when they share one database.</param>
    /// <param name="connectionString">Decides the database: "Data Source=" is SQLite, "Host=" PostgreSQL.</param>
    /// <param name="clock">The time of a SQLite database; PostgreSQL has its own.</param>
    protected Database(string name, string connectionString, TimeProvider clock)
    {
        DapperTypes.Register();
        _clock = clock;
        IsSqlite = IsSqliteAddress(connectionString);
        _source = IsSqlite ? OpenSqlite(connectionString) : PostgreSqlSource.Open(connectionString);
        _hasSeveralHosts = !IsSqlite && PostgreSqlSource.HasSeveralHosts(new NpgsqlConnectionStringBuilder(connectionString));
        _migrations = new Migrations(name, GetType().Assembly, IsSqlite);
        _locks = new NamedLocks(_source, IsSqlite);
    }

    /// <summary>Whether one process owns the file; otherwise replicas may share the database.</summary>
    public bool IsSqlite { get; }

    /// <summary>Whether a connection string names a SQLite file; the alternative is PostgreSQL.</summary>
    public static bool IsSqliteAddress(string connectionString) =>
        connectionString.Contains("Data Source=", StringComparison.OrdinalIgnoreCase)
        || connectionString.Contains("Filename=", StringComparison.OrdinalIgnoreCase);

    /// <summary>Runs queries without a transaction; they may be run again, as <see cref="WriteAsync{T}"/> does.</summary>
    public Task<T> ReadAsync<T>(Func<DatabaseSession, Task<T>> read, CancellationToken cancellationToken) =>
        ThroughFailoverAsync(() => ReadOnceAsync(read, cancellationToken), cancellationToken);

    private async Task<T> ReadOnceAsync<T>(Func<DatabaseSession, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                return await read(new DatabaseSession(connection, transaction: null, await NowAsync(connection, cancellationToken), cancellationToken));
            }
            catch (PostgresException e) when (IsPassing(e) && attempt < MaxTries)
            {
                // Prepared again by the next try.
            }
        }
    }

    /// <summary>
    /// Runs a transaction; on PostgreSQL it is retried after a deadlock or another transient failure, so <paramref name="work"/> must do
    /// nothing but talk to the database. What must follow a commit is registered with <see cref="DatabaseSession.AfterCommit"/>.
    /// With several servers it is also retried for some seconds when one is lost, unless it is unknown whether the commit succeeded.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken) =>
        ThroughFailoverAsync(() => WriteOnceAsync(work, cancellationToken), cancellationToken);

    private async Task<T> WriteOnceAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryWriteAsync(work, cancellationToken);
            }
            catch (PostgresException e) when (IsPassing(e) && attempt < MaxTries)
            {
                await Task.Delay(Contended.DelayAfter(attempt), _clock, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<DatabaseSession, Task> work, CancellationToken cancellationToken) => WriteAsync(
        async session =>
        {
            await work(session);
            return true;
        },
        cancellationToken);

    /// <summary>
    /// Waits until no other holder, in this process or in another replica, has the lock of this name; disposing the result frees it.
    /// The database releases it when the holder dies, or sleeps for more than 15 seconds.
    /// </summary>
    public async Task<IAsyncDisposable> LockAsync(string name, CancellationToken cancellationToken)
    {
        return await ThroughFailoverAsync(
            async () =>
            {
                await MigrateAsync(cancellationToken);
                return await _locks.AcquireAsync(name, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Brings the schema up to date, once; called by the first use of the database.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (_migrated)
            return;
        await _migrating.WaitAsync(cancellationToken);
        try
        {
            if (_migrated)
                return;
            await using var connection = await OpenConnectionAsync(cancellationToken);
            await _migrations.ApplyAsync(connection, cancellationToken);
            _migrated = true;
        }
        finally
        {
            _migrating.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _sqliteWriter.Dispose();
        _migrating.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<T> TryWriteAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        DatabaseSession session;
        T result;
        if (IsSqlite)
            await _sqliteWriter.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            session = new DatabaseSession(connection, transaction, await NowAsync(connection, cancellationToken), cancellationToken);
            result = await work(session);
            await CommitAsync(transaction, cancellationToken);
        }
        finally
        {
            if (IsSqlite)
                _sqliteWriter.Release();
        }

        session.Committed();
        return result;
    }

    /// <summary>A commit whose reply is lost may have succeeded: a retry would do the work twice.</summary>
    private static async Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new UncertainCommitException(e);
        }
    }

    /// <summary>Retries for a while when the server was lost and there are others.</summary>
    private async Task<T> ThroughFailoverAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var since = _clock.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await work();
            }
            catch (DbException e) when (_hasSeveralHosts && PostgreSqlSource.IsLoss(e) && _clock.GetElapsedTime(since) < FailoverPatience)
            {
                await Task.Delay(FailoverRetry.DelayAfter(failures), _clock, cancellationToken);
            }
        }
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken);
        return await OpenConnectionAsync(cancellationToken);
    }

    private async Task<DbConnection> OpenConnectionAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        if (IsSqlite)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return connection;
    }

    /// <summary>Two that waited for each other, or a statement that was prepared before another replica migrated its tables (0A000).</summary>
    private static bool IsPassing(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.FeatureNotSupported;

    /// <summary>The database's clock: what several replicas agree on.</summary>
    private async Task<DateTimeOffset> NowAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (IsSqlite)
            return _clock.GetUtcNow();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT clock_timestamp()";
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private static DbDataSource OpenSqlite(string connectionString)
    {
        var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory)
            Directory.CreateDirectory(directory);
        return SqliteFactory.Instance.CreateDataSource(connectionString);
    }
}
