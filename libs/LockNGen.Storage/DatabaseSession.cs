using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace LockNGen.Storage;

/// <summary>One use of a <see cref="Database"/>: its connection, its transaction if it has one, and the database's time when it began.</summary>
public sealed class DatabaseSession(DbConnection connection, DbTransaction? transaction, DateTimeOffset now, CancellationToken cancellationToken)
{
    private readonly List<Action> _afterCommit = [];

    /// <summary>The database's time when this session began.</summary>
    public DateTimeOffset Now => now;

    /// <summary>Runs a statement; a compare-and-set succeeded if it changed a row.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Inserts rows, in their order: objects with properties named after the columns, CreatedAt for created_at.</summary>
    public Task InsertAsync<T>(string table, IReadOnlyList<T> rows) => MultiRowInsert.RunAsync(connection, transaction, table, rows, cancellationToken);

    /// <summary>All rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    /// <summary>The first row, or the type's default without one.</summary>
    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters = null) =>
        connection.QueryFirstOrDefaultAsync<T?>(Command(sql, parameters));

    /// <summary>The first column of the first row.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) => connection.ExecuteScalarAsync<T>(Command(sql, parameters));

    /// <summary>Only one transaction at a time continues from here, until it ends; SQLite has only one writer anyway.</summary>
    public Task LockAsync(string name) =>
        connection is NpgsqlConnection ? ExecuteAsync("SELECT pg_advisory_xact_lock(@key)", new { key = NamedLocks.Key(name) }) : Task.CompletedTask;

    /// <summary>Runs once the transaction is committed; never when it is rolled back.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    internal void Committed()
    {
        foreach (var action in _afterCommit)
            action();
    }

    private CommandDefinition Command(string sql, object? parameters) =>
        new(sql, parameters, transaction, commandType: CommandType.Text, cancellationToken: cancellationToken);
}
