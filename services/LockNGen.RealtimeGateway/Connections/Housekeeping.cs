using LockNGen.RealtimeGateway.History;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>The one timer of the gateway: pings, deadlines, expiring tokens, and rings that are old or too large.</summary>
internal sealed partial class Housekeeping(ClientConnections connections, GenerationLogs logs, TimeProvider clock, ILogger<Housekeeping> logger)
    : BackgroundService
{
    /// <summary>Half the shortest sensible ping interval, so that no ping is late by more than its interval.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Created here: the thread pool decides when the loop below begins.</summary>
    private readonly PeriodicTimer _timer = new(Interval, clock);

    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Tick();
            }
            catch (Exception e)
            {
                LogFailed(e);
            }
        }
    }

    private void Tick()
    {
        var now = clock.GetUtcNow();
        foreach (var connection in connections.Open)
            connection.Tick(now);
        logs.Sweep();
    }

    [LoggerMessage(LogLevel.Error, "Housekeeping failed; it continues")]
    private partial void LogFailed(Exception error);
}
