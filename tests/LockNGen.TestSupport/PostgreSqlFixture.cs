using System.Diagnostics;
using Testcontainers.PostgreSql;
using Xunit;

namespace LockNGen.TestSupport;

/// <summary>
/// A real PostgreSQL for tests: the server of <c>POSTGRES_URL</c> ("Host=...") if that is set, PostgreSQL 17 in a container with
/// <c>TESTCONTAINERS=true</c>, else a private one of Debian's postgresql on a free loopback port with its data in a temporary directory. Share one per assembly:
/// <c>[assembly: AssemblyFixture(typeof(PostgreSqlFixture))]</c>; isolate test classes by <see cref="CreateDatabaseAsync"/>.
/// </summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgreSqlContainer? _container = Containers.AreWanted ? Containers.PostgreSql() : null;
    private string? _external = Containers.AreWanted ? null : Environment.GetEnvironmentVariable("POSTGRES_URL");
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "lockngen-postgresql-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly int _port = FreePorts.Take();
    private readonly SemaphoreSlim _creating = new(1);
    private bool _isRunning;
    private bool _hasCrashed;

    /// <summary>Whether a commit waits for the disk, as it should where that is measured.</summary>
    public bool IsDurable { get; init; }

    /// <summary>The port of the private server.</summary>
    public int Port => _external is null ? _port : throw new InvalidOperationException("This test controls the database itself; run it without POSTGRES_URL and TESTCONTAINERS.");

    private string Server => _external ?? $"Host=127.0.0.1;Port={_port};Username=postgres";

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Creates an empty database, starting the server with the first; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await _creating.WaitAsync(Patience);
        try
        {
            if (_external is null && !_isRunning)
                await StartAsync();
            var name = "t" + Guid.NewGuid().ToString("N")[..12];
            await using var source = Npgsql.NpgsqlDataSource.Create(Server + ";Database=postgres;Pooling=false");
            await using var command = source.CreateCommand($"CREATE DATABASE {name}");
            await command.ExecuteNonQueryAsync();
            return $"{Server};Database={name};Maximum Pool Size=20";
        }
        finally
        {
            _creating.Release();
        }
    }

    /// <summary>Ends the private server as a crash would: it recovers from its log when it is started again.</summary>
    public async Task CrashAsync()
    {
        await RunAsync("pg_ctl", "stop", "-D", Path.Combine(_folder, "data"), "-m", "immediate");
        _hasCrashed = true;
    }

    /// <summary>Starts a standby that follows the private server.</summary>
    public Task<PostgreSqlStandby> StartStandbyAsync() => PostgreSqlStandby.StartAsync(Path.Combine(_folder, "standby"), _port);

    /// <summary>Starts the private server again on the data it had.</summary>
    public async Task StartAgainAsync()
    {
        await RunServerAsync();
        _hasCrashed = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
        if (_isRunning)
        {
            if (!_hasCrashed)
                await CrashAsync();
            Directory.Delete(_folder, recursive: true);
        }

        _creating.Dispose();
    }

    private async Task StartAsync()
    {
        if (_container is not null)
        {
            await _container.StartAsync();
            _external = $"Host={_container.Hostname};Port={_container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)};Username={Containers.User};Password={Containers.User}";
            return;
        }

        Directory.CreateDirectory(_folder);
        // PostgreSQL refuses to run as root.
        if (Environment.UserName == "root")
            await RunProgramAsync("chown", "postgres", _folder);
        var data = Path.Combine(_folder, "data");
        await RunAsync("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C");
        await RunServerAsync();
        _isRunning = true;
    }

    private Task RunServerAsync() => RunAsync(
        "pg_ctl", "start", "-w", "-D", Path.Combine(_folder, "data"), "-l", Path.Combine(_folder, "log"), "-o",
        $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync={(IsDurable ? "on" : "off")} -c max_connections=300");

    internal static Task RunAsync(string tool, params string[] arguments)
    {
        var program = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin", tool)).LastOrDefault(File.Exists)
            : null;
        if (program is null)
            throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql, or set POSTGRES_URL to \"Host=...;Username=...\".");
        return Environment.UserName == "root"
            ? RunProgramAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
            : RunProgramAsync(program, arguments);
    }

    private static async Task RunProgramAsync(string program, params string[] arguments)
    {
        // The server keeps the pipes open that it inherits, so they are not read to their end.
        var start = new ProcessStartInfo(program) { WorkingDirectory = "/tmp", UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with exit code {process.ExitCode}.");
    }
}
