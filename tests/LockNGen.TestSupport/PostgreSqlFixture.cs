using Testcontainers.PostgreSql;
using Xunit;

namespace LockNGen.TestSupport;

/// <summary>
/// A real PostgreSQL for tests: the server of <c>POSTGRES_URL</c> ("Host=...") if that is set, PostgreSQL 17 in a container with
/// <c>TESTCONTAINERS=true</c>, else a <see cref="PostgreSqlServer"/>. Share one per assembly:
/// <c>[assembly: AssemblyFixture(typeof(PostgreSqlFixture))]</c>; isolate test classes by <see cref="CreateDatabaseAsync"/>.
/// </summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgreSqlContainer? _container = Containers.AreWanted ? Containers.PostgreSql() : null;
    private readonly SemaphoreSlim _creating = new(1);
    private string? _external = Containers.AreWanted ? null : Environment.GetEnvironmentVariable("POSTGRES_URL");
    private PostgreSqlServer? _own;

    /// <summary>Whether a commit waits for the disk, as it should where that is measured.</summary>
    public bool IsDurable { get; init; }

    /// <summary>The private server, once it has a database.</summary>
    public PostgreSqlServer Own => _own ?? throw new InvalidOperationException("This test controls the database itself; run it without POSTGRES_URL and TESTCONTAINERS.");

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Creates an empty database, starting the server with the first; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await _creating.WaitAsync(Patience);
        try
        {
            var server = _external ?? await StartAsync();
            var name = "t" + Guid.NewGuid().ToString("N")[..12];
            await using var source = Npgsql.NpgsqlDataSource.Create(server + ";Database=postgres;Pooling=false");
            await using var command = source.CreateCommand($"CREATE DATABASE {name}");
            await command.ExecuteNonQueryAsync();
            return $"{server};Database={name};Maximum Pool Size=20";
        }
        finally
        {
            _creating.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
        if (_own is not null)
            await _own.DisposeAsync();
        _creating.Dispose();
    }

    private async Task<string> StartAsync()
    {
        if (_container is not null)
        {
            await _container.StartAsync();
            return _external = $"Host={_container.Hostname};Port={_container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)};Username={Containers.User};Password={Containers.User}";
        }

        if (_own is null)
        {
            _own = new PostgreSqlServer(IsDurable);
            await _own.InitializeAsync();
        }

        return _own.Address;
    }
}
