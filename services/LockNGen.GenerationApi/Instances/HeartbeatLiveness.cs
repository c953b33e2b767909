using LockNGen.Contracts;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Messaging;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Instances;

/// <summary>Sent by the API to its own heartbeat queue; see <see cref="HeartbeatLiveness"/>.</summary>
internal sealed record HeartbeatCanary;

/// <summary>
/// Whether heartbeats can arrive at all. Silence of a watcher means something only while a message through the same queue comes back:
/// with the broker, the API or the database away, watchers are silent without having failed. So no lease expires until canaries have come
/// back, without a pause, for the length of a lease.
/// </summary>
internal sealed partial class HeartbeatLiveness(
    GenerationsDatabase database, CommandClient commands, IOptions<QueueOptions> options, TimeProvider clock, ILogger<HeartbeatLiveness> logger)
    : BackgroundService
{
    private const string Since = "heartbeats_received_since";
    private const string Last = "heartbeats_received_last";

    private TimeSpan Interval => options.Value.Lease / 5;

    /// <summary>A longer pause between canaries than this counts as a time without heartbeats; a lease survives shorter ones.</summary>
    private TimeSpan MaxPause => options.Value.Lease * 0.6;

    /// <summary>Whether a watcher that has been silent for a lease may be declared dead.</summary>
    public async Task<bool> IsReliableAsync(DatabaseSession session)
    {
        var (since, last) = await ReadAsync(session);
        return session.Now - last <= MaxPause && session.Now - since >= options.Value.Lease;
    }

    /// <summary>A canary has come back.</summary>
    public Task NoteAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var (_, last) = await ReadAsync(session);
            if (session.Now - last > MaxPause)
                await WriteAsync(session, Since);
            await WriteAsync(session, Last);
        },
        cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            using var timeout = new CancellationTokenSource(MaxPause, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
            try
            {
                await commands.SendAsync(BusQueues.Heartbeats, new HeartbeatCanary(), either.Token);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A canary that cannot be sent is the signal itself; the broker's health check reports the cause.
                LogNotSent(e.Message);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<(DateTimeOffset Since, DateTimeOffset Last)> ReadAsync(DatabaseSession session)
    {
        var rows = await session.QueryAsync<SettingRow>("SELECT name, value FROM settings WHERE name IN (@Since, @Last)", new { Since, Last });
        return (Time(Since), Time(Last));

        DateTimeOffset Time(string name) => rows.FirstOrDefault(r => r.Name == name) is { } row
            ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(row.Value, System.Globalization.CultureInfo.InvariantCulture))
            : DateTimeOffset.UnixEpoch;
    }

    private static Task<int> WriteAsync(DatabaseSession session, string name) => session.ExecuteAsync(
        "INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        new { name, value = session.Now.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) });

    [LoggerMessage(LogLevel.Debug, "The heartbeat queue cannot be reached: {Reason}")]
    private partial void LogNotSent(string reason);
}
