using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Reports other clients' prompts on one server: first to the API, which returns the id they are known by, and then to subscribers. Prompts that
/// the API does not know are not published: only the API knows which ids belong to its generations.
/// </summary>
internal sealed class OtherPromptReporter(string instance, Uri server, ComfyUiClient client, InstanceServices services)
{
    private const int MaxTries = 5;
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private static readonly RunGraph NoGraph = RunGraph.Of([]);

    public async Task BeginAsync(string promptId, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var known = await ReportAsync(promptId, startedAt, ending: null, cancellationToken);
        await PublishAsync(OtherPromptEvents.Started(instance, known.GenerationId, startedAt), cancellationToken);
    }

    public async Task EndAsync(string promptId, DateTimeOffset startedAt, PromptHistory entry, CancellationToken cancellationToken)
    {
        var known = await ReportAsync(promptId, startedAt, ending: null, cancellationToken);
        var results = new CollectedOutputs(NoGraph).With(entry).Select(includeTemp: false);
        var images = services.Options.OthersResults switch
        {
            OthersResults.None => [],
            OthersResults.Fetch => await services.StoreOther(known, client, results, cancellationToken),
            _ => OtherPromptEvents.ByAddress(server, results),
        };
        var outcome = OutcomeSize.Fit(OtherPromptEvents.Outcome(known.GenerationId, entry, images, startedAt, services.Clock.GetUtcNow()));
        await ReportAsync(promptId, startedAt, outcome, cancellationToken);
        await PublishAsync(outcome, cancellationToken);
    }

    private async Task<OtherPromptAnswer> ReportAsync(string promptId, DateTimeOffset startedAt, GenerationEvent? ending, CancellationToken cancellationToken)
    {
        var report = new ReportOtherPrompt
        {
            Instance = instance,
            PromptId = promptId,
            StartedAt = startedAt,
            Event = ending is null ? null : JsonElement.Parse(ContractsJson.Serialize(ending)),
        };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await services.Commands.RequestAsync<ReportOtherPrompt, OtherPromptAnswer>(BusQueues.GenerationApi, report, cancellationToken);
            }
            catch (Exception) when (tries < MaxTries && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Retry.DelayAfter(tries), services.Clock, cancellationToken);
            }
        }
    }

    private async Task PublishAsync(GenerationEvent message, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ConfirmTimeout);
        await services.Publisher.PostAsync(message, default, deadline.Token);
    }
}

/// <summary>Stores the results of another client's prompt; those that cannot be fetched are left out.</summary>
internal delegate Task<IReadOnlyList<GenerationImage>> StoreOtherResults(
    OtherPromptAnswer place, ComfyUiClient comfyUi, IReadOnlyList<PromptResult> results, CancellationToken cancellationToken);
