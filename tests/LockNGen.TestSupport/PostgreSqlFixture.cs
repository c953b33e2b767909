using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace LockNGen.TestSupport;

/// <summary>
/// A real PostgreSQL for tests: the server of <c>POSTGRES_URL</c> (an Npgsql connection string) if that is set, else a private one of
/// Debian's postgresql on a free loopback port with its data in a temporary directory. Share one per assembly:
/// <c>[assembly: AssemblyFixture(typeof(PostgreSqlFixture))]</c>; isolate tests by <see cref="CreateDatabaseAsync"/>.
/// </summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string? _external = Environment.GetEnvironmentVariable("POSTGRES_URL");
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "lockngen-postgres-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly int _port = FreePorts.Take();
    private Process? _server;

    private string Address => _external ?? string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=lockngen;Database=postgres");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (_external is not null)
            return;
        await RunAsync("""
            mkdir -p "$FOLDER" && chmod 777 "$FOLDER" && $AS_POSTGRES "$BIN/initdb" -D "$FOLDER/data" -U lockngen -A trust --no-sync >"$FOLDER/initdb.log" 2>&1 ||
            { cat "$FOLDER/initdb.log" >&2; exit 1; }
            """);
        await StartAsync();
    }

    /// <summary>A fresh database; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t" + Guid.NewGuid().ToString("N")[..12];
        await using var source = NpgsqlDataSource.Create(Address);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(Address) { Database = name }.ToString();
    }

    /// <summary>Starts the server on the data it had.</summary>
    public async Task StartAsync()
    {
        // The server ends with the test process, however that ends: the shell sees its standard input close.
        _server = Process.Start(Shell("""
            $AS_POSTGRES "$BIN/postgres" -D "$FOLDER/data" -p "$PORT" -h 127.0.0.1 -k "$FOLDER" -c fsync=off >"$FOLDER/log" 2>&1 & server=$!
            (read -r _ <&3; kill -QUIT "$(head -1 "$FOLDER/data/postmaster.pid")") 3<&0 &
            guard=$!
            wait "$server"; kill "$guard"
            """))!;
        await WaitUntilItAnswersAsync();
    }

    /// <summary>Ends the server at once, without a checkpoint; what was committed survives, as after a crash.</summary>
    public async Task KillAsync()
    {
        if (_server is null)
            throw new InvalidOperationException("This test controls the server itself; run it without POSTGRES_URL.");
        await RunAsync("""kill -QUIT "$(head -1 "$FOLDER/data/postmaster.pid")" """);
        await _server.WaitForExitAsync().WaitAsync(Patience);
        _server.Dispose();
        _server = null;
        NpgsqlConnection.ClearAllPools();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is null)
            return;
        await KillAsync();
        await RunAsync("""rm -rf "$FOLDER" """);
    }

    private async Task WaitUntilItAnswersAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Address);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (deadline.Elapsed < Patience && !_server!.HasExited)
            {
                // There is no other signal from outside than an answer.
                await Task.Delay(50);
            }
            catch (NpgsqlException e)
            {
                throw new InvalidOperationException("PostgreSQL did not start:\n" + await File.ReadAllTextAsync(Path.Combine(_folder, "log")), e);
            }
        }
    }

    private async Task RunAsync(string script)
    {
        using var process = Process.Start(Shell(script))!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException("PostgreSQL: " + await errors);
    }

    private ProcessStartInfo Shell(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["FOLDER"] = _folder;
        start.Environment["PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        start.Environment["BIN"] = Binaries();

        // PostgreSQL refuses to run as root; Debian's package brings a user for it.
        start.Environment["AS_POSTGRES"] = Environment.UserName == "root" ? "runuser -u postgres --" : "";
        return start;
    }

    private static string Binaries() =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "postgres")))
            .Max(StringComparer.Ordinal)
        ?? throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql, or set POSTGRES_URL to a server for tests.");
}
