using System.Diagnostics;
using System.Globalization;

namespace LockNGen.TestSupport;

/// <summary>A private server of Debian's postgresql on a free loopback port, with its data in a temporary directory: a primary, or the standby of one.</summary>
/// <param name="isDurable">Whether a commit waits for the disk.</param>
public sealed class PostgreSqlServer(bool isDurable = false) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "lockngen-postgresql-" + Guid.NewGuid().ToString("N")[..12]);
    private bool _isRunning;

    /// <summary>Where it listens, whatever becomes of it.</summary>
    public int Port { get; } = FreePorts.Take();

    /// <summary>How its user connects to it; without a database.</summary>
    public string Address => $"Host=127.0.0.1;Port={Port};Username=postgres";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts it as a primary without anything in it.</summary>
    public async Task InitializeAsync()
    {
        await EmptyFolderAsync();
        await RunAsync("initdb", "-D", Data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C");
        await StartAsync();
    }

    /// <summary>Starts it as a streaming standby with a copy of what another server has; what it had itself is gone.</summary>
    public async Task FollowAsync(PostgreSqlServer primary)
    {
        await EmptyFolderAsync();
        await RunAsync(
            "pg_basebackup", "-h", "127.0.0.1", "-p", primary.Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres",
            "-D", Data, "-R", "-X", "stream", "-c", "fast", "--no-sync");
        await StartAsync();
    }

    /// <summary>Starts it again on the data it had.</summary>
    public async Task StartAsync()
    {
        var sync = isDurable ? "on" : "off";
        await RunAsync(
            "pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(_folder, "log"), "-o",
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync={sync} -c max_connections=300");
        _isRunning = true;
    }

    /// <summary>Makes a standby the primary.</summary>
    public Task PromoteAsync() => RunAsync("pg_ctl", "promote", "-w", "-D", Data);

    /// <summary>Ends it as a crash would: it recovers from its log when it is started again.</summary>
    public async Task CrashAsync()
    {
        await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate");
        _isRunning = false;
    }

    /// <summary>kill -9 of all its processes, as its machine would be lost.</summary>
    public async Task KillAsync()
    {
        var postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        var children = (await File.ReadAllTextAsync($"/proc/{postmaster}/task/{postmaster}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // First, so that it forks no more.
        Kill(postmaster);
        foreach (var child in children)
            Kill(int.Parse(child, CultureInfo.InvariantCulture));
        _isRunning = false;
    }

    /// <summary>Runs a statement in the database "postgres" and returns its first value.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(Address + ";Database=postgres;Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isRunning)
            await CrashAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private async Task EmptyFolderAsync()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        // PostgreSQL refuses to run as root.
        if (Environment.UserName == "root")
            await RunProgramAsync("chown", "postgres", _folder);
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit(Patience);
        }
        catch (ArgumentException)
        {
            // It has just ended by itself, as all do that see the postmaster gone.
        }
    }

    private static Task RunAsync(string tool, params string[] arguments)
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
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/tmp", UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with exit code {process.ExitCode}.");
    }
}
