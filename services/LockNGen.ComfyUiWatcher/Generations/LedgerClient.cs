using System.Text.Json;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The watcher's client for the API's ledger: claims work and reports outcomes.</summary>
internal sealed partial class LedgerClient(
    CommandClient commands, IOptions<WatcherOptions> options, TimeProvider clock, ILogger<LedgerClient> logger)
{
    private const int ClaimTries = 6;
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>Claims a generation. Null if the claim is refused or not answered: the API dispatches unclaimed work again.</summary>
    public async Task<GenerationWork?> ClaimAsync(Guid generationId, string instance, CancellationToken cancellationToken)
    {
        // The same id for all tries: a lost answer must not cost an attempt.
        var claim = new ClaimGeneration
        {
            GenerationId = generationId,
            ClaimId = Guid.NewGuid(),
            Watcher = options.Value.Name,
            Instance = instance,
        };
        for (var tries = 1; tries <= ClaimTries; tries++)
        {
            try
            {
                var decision = await commands.RequestAsync<ClaimGeneration, ClaimDecision>(BusQueues.GenerationApi, claim, cancellationToken);
                if (decision is { Granted: true, Work: { } work })
                    return work;
                LogRefused(generationId, decision.Reason);
                return null;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogUnanswered(generationId, nameof(ClaimGeneration), e.Message);
                await Task.Delay(Retry.DelayAfter(tries), clock, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Reports the end of an attempt, for as long as it takes: the generation stays held until the ledger has it.</summary>
    /// <param name="generationId">The generation.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="terminal">The event as it would be published; null to hand the work back.</param>
    /// <param name="lost">Why the work is handed back.</param>
    /// <param name="renderSeconds">For how long ComfyUI has rendered it; null if it was never started.</param>
    /// <param name="cancellationToken">Stops trying to report.</param>
    public async Task<OutcomeVerdict> ReportAsync(
        Guid generationId,
        int attempt,
        GenerationEvent? terminal,
        GenerationOutcome.Lost? lost,
        double? renderSeconds,
        CancellationToken cancellationToken)
    {
        var report = new ReportOutcome
        {
            GenerationId = generationId,
            Attempt = attempt,
            Watcher = options.Value.Name,
            Event = terminal is null ? null : JsonSerializer.Deserialize(ContractsJson.Serialize(terminal), ContractsJson.Default.JsonElement),
            Lost = lost?.Error,
            Refused = lost?.WasRefused ?? false,
            RenderSeconds = renderSeconds,
            NotTaken = lost?.NotTaken ?? false,
        };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return (await commands.RequestAsync<ReportOutcome, OutcomeDecision>(BusQueues.GenerationApi, report, cancellationToken)).Verdict;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogUnanswered(generationId, nameof(ReportOutcome), e.Message);
                await Task.Delay(Retry.DelayAfter(tries), clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The claim of {GenerationId} was refused: {Reason}")]
    private partial void LogRefused(Guid generationId, string? reason);

    [LoggerMessage(LogLevel.Warning, "No answer to {Command} of {GenerationId}: {Reason}")]
    private partial void LogUnanswered(Guid generationId, string command, string reason);
}
