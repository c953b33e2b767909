namespace LockNGen.TestSupport;

/// <summary>A streaming standby of a <see cref="PostgreSqlFixture"/>'s server, to be promoted when that is gone.</summary>
public sealed class PostgreSqlStandby : IAsyncDisposable
{
    private readonly string _folder;

    private PostgreSqlStandby(string folder, int port) => (_folder, Port) = (folder, port);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    internal static async Task<PostgreSqlStandby> StartAsync(string folder, int primary)
    {
        var standby = new PostgreSqlStandby(folder, FreePorts.Take());
        await PostgreSqlFixture.RunAsync("pg_basebackup", "-h", "127.0.0.1", "-p", $"{primary}", "-U", "postgres", "-D", folder, "-R", "-X", "stream", "-c", "fast");
        await PostgreSqlFixture.RunAsync(
            "pg_ctl", "start", "-w", "-D", folder, "-l", folder + ".log", "-o",
            $"-p {standby.Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300");
        return standby;
    }

    /// <summary>Makes it the primary.</summary>
    public Task PromoteAsync() => PostgreSqlFixture.RunAsync("pg_ctl", "promote", "-w", "-D", _folder);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await PostgreSqlFixture.RunAsync("pg_ctl", "stop", "-D", _folder, "-m", "immediate");
}
