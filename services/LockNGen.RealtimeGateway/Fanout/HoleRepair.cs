using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;

namespace LockNGen.RealtimeGateway.Fanout;

/// <summary>
/// Looks in the event stream for events that the broker did not deliver. One pass over the stream serves all generations waiting when it starts;
/// meanwhile only their newer events are held back, by their logs.
/// </summary>
internal sealed partial class HoleRepair(
    GenerationLogs logs, AudienceOfAll everybody, IEventHistory history, GatewayMetrics metrics, ILogger<HoleRepair> logger) : BackgroundService
{
    /// <summary>The broker's clock and ours may differ, and the stream is read from the chunk before the requested time.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    /// <summary>An event overtaken by another publisher's arrives by itself within a moment.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _requested = new(0);
    private HashSet<Guid> _reported = [];

    public void Request(Guid generationId)
    {
        lock (_gate)
            _reported.Add(generationId);
        _requested.Release();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _requested.WaitAsync(stoppingToken);
            await Task.Delay(Moment, logs.Clock, stoppingToken);
            HashSet<Guid> reported;
            lock (_gate)
                (reported, _reported) = (_reported, []);
            var broken = new Dictionary<Guid, GenerationLog>();
            foreach (var id in reported)
            {
                if (logs.TryGet(id, out var log) && log.HasHole)
                    broken.Add(id, log);
            }

            if (broken.Count > 0)
                await RepairAsync(broken, stoppingToken);
        }
    }

    private async Task RepairAsync(Dictionary<Guid, GenerationLog> broken, CancellationToken stoppingToken)
    {
        var found = new List<ServerMessage>();
        var isComplete = await ReadAsync(broken, found, stoppingToken);

        var byGeneration = found.ToLookup(m => m.GenerationId);
        foreach (var log in broken.Values)
        {
            var isWhole = log.Repair(byGeneration[log.GenerationId], isComplete, everybody);
            metrics.Hole(isWhole);
            if (!isWhole)
                LogLost(log.GenerationId);
        }
    }

    /// <summary>When the last event before the hole was published: if events queue up, that is long before it arrived here.</summary>
    private DateTimeOffset LastPublished(GenerationLog log)
    {
        var arrived = logs.Clock.GetUtcNow() - logs.Clock.GetElapsedTime(log.LastActivity);
        var published = log.LastPublished();
        return published < arrived ? published : arrived;
    }

    private async Task<bool> ReadAsync(Dictionary<Guid, GenerationLog> broken, List<ServerMessage> found, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(logs.Options.RepairTimeout);
        try
        {
            await history.ReadAsync(broken.Values.Min(LastPublished) - Margin, (message, _) =>
            {
                if (broken.ContainsKey(message.GenerationId))
                    found.Add(message);
            }, limit.Token);
            return !logs.MayStreamBeBehind;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of {GenerationId} are lost: its clients get a gap and a snapshot")]
    private partial void LogLost(Guid generationId);

    [LoggerMessage(LogLevel.Warning, "The event stream could not be read")]
    private partial void LogFailed(Exception error);
}
