using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.History;
using MassTransit;

namespace LockNGen.RealtimeGateway.Fanout;

/// <summary>Asks the GenerationApi for what neither ring nor stream has.</summary>
internal sealed partial class SnapshotLookup(
    CommandClient commands, AudienceOfAll everybody, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<SnapshotLookup> logger)
{
    /// <summary>Where no API has ever run, it is not looked for on behalf of every client.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(5);

    private long? _absentSince;

    /// <summary>Asks, and brings the answer to the log and to those who wait there. One at a time per log, which sees to that.</summary>
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

    [LoggerMessage(LogLevel.Warning, "There is no GenerationApi at this broker: for {Seconds} s, what this replica has not seen itself counts as unknown")]
    private partial void LogAbsent(double seconds);

    [LoggerMessage(LogLevel.Warning, "The GenerationApi did not say what it knows of {GenerationId}: {Reason}")]
    private partial void LogNoAnswer(Guid generationId, string reason);
}
