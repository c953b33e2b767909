using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.History;
using MassTransit;

namespace LockNGen.RealtimeGateway.Fanout;

/// <summary>Asks the GenerationApi for snapshots that neither ring nor stream has.</summary>
internal sealed partial class SnapshotLookup(
    CommandClient commands, AudienceOfAll everybody, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<SnapshotLookup> logger)
{
    /// <summary>If no API has ever run, it is not asked for every client.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(5);

    private long? _absentSince;

    /// <summary>Asks, and passes the answer to the log and to those waiting there. One at a time per log, which ensures that.</summary>
    public void Ask(GenerationLog log) => _ = AskAsync(log);

    private async Task AskAsync(GenerationLog log)
    {
        SnapshotAnswer? answer = null;
        try
        {
            if (_absentSince is { } since && clock.GetElapsedTime(since) < Absence)
            {
                log.Seed(answer, everybody);
                return;
            }

            answer = await commands.RequestAsync<GetSnapshot, SnapshotAnswer>(
                BusQueues.GenerationApi, new GetSnapshot { GenerationId = log.GenerationId }, lifetime.ApplicationStopping, mandatory: true);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }
        catch (MessageReturnedException)
        {
            _absentSince = clock.GetTimestamp();
            LogAbsent(Absence.TotalSeconds);
        }
        catch (Exception e) when (e is RequestException or MassTransitException or OperationCanceledException)
        {
            // The database is an extra source: without it the answer is what this replica has seen itself.
            LogNoAnswer(log.GenerationId, e.Message);
        }

        log.Seed(answer, everybody);
    }

    [LoggerMessage(LogLevel.Warning, "There is no GenerationApi at this broker: for {Seconds} s, generations that this replica has not seen count as unknown")]
    private partial void LogAbsent(double seconds);

    [LoggerMessage(LogLevel.Warning, "The GenerationApi did not return a snapshot of {GenerationId}: {Reason}")]
    private partial void LogNoAnswer(Guid generationId, string reason);
}
