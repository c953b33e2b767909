using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Rig;

/// <summary>
/// PostgreSQL: one server, or two of which one is a synchronous standby of the other, so that confirmed transactions are on both. They swap roles
/// with each failover.
/// </summary>
internal sealed class Database(bool isReplicated) : IAsyncDisposable
{
    /// <summary>The one database in it.</summary>
    public const string Name = "lockngen";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private bool _hasStandby;

    public IReadOnlyList<PostgreSqlServer> Servers { get; } = [.. Enumerable.Range(0, isReplicated ? 2 : 1).Select(_ => new PostgreSqlServer())];

    /// <summary>Whether the system can survive the permanent loss of a server.</summary>
    public bool IsReplicated => isReplicated;

    /// <summary>The one that is written to.</summary>
    public PostgreSqlServer Primary { get; private set; } = null!;

    public async Task StartAsync()
    {
        Primary = Servers[0];
        await Primary.InitializeAsync();
        await Primary.ExecuteAsync($"CREATE DATABASE {Name}");
        await ReplicateAsync();
    }

    /// <summary>Makes the other server follow the primary, unless it does.</summary>
    public async Task ReplicateAsync()
    {
        if (!isReplicated || _hasStandby)
            return;
        await Standby.FollowAsync(Primary);
        // Not before there is one, or nothing could be committed; and not in the standby's copy, as it will be alone when it is promoted.
        await Primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await Primary.ExecuteAsync("SELECT pg_reload_conf()");
        using var limit = new CancellationTokenSource(Patience);
        while (await Primary.ExecuteAsync("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") is not 1L)
            await Task.Delay(100, limit.Token); // A state that can only be asked for.
        _hasStandby = true;
    }

    /// <summary>Promotes the standby; the primary is lost, with its data.</summary>
    public async Task FailOverAsync()
    {
        await Standby.PromoteAsync();
        (Primary, _hasStandby) = (Standby, false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
            await server.DisposeAsync();
    }

    private PostgreSqlServer Standby => Servers.Single(s => s != Primary);
}
