using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Results;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The services that every generation uses.</summary>
internal sealed class GenerationServices(
    IOptions<WatcherOptions> watcher,
    IOptions<ComfyUiOptions> comfyUi,
    LedgerClient ledger,
    ReportedProgress reported,
    EventPublisher publisher,
    SharedTimer timer,
    ResultStore results,
    LeaseKeeper leases,
    TimeProvider clock,
    WatcherMetrics metrics,
    ILogger<GenerationRun> logger)
{
    private readonly PublishPolicy _policy = new(watcher.Value);

    public ReportedProgress Reported { get; } = reported;

    public LedgerClient Ledger { get; } = ledger;

    public LeaseKeeper Leases { get; } = leases;

    public TimeProvider Clock { get; } = clock;

    public WatcherMetrics Metrics { get; } = metrics;

    public ILogger Logger { get; } = logger;

    public GenerationOutbox CreateOutbox(Guid generationId, GenerationWork work, string instance) =>
        new(generationId, work.Attempt, work.StateSequence, instance, new EventContext(work.Owner, work.TraceParent), publisher, _policy, timer, Clock, Metrics, Logger);

    public GenerationFiles CreateFiles(
        Guid generationId, GenerationWork work, ComfyUiInstance instance, GenerationOutbox outbox, GenerationWarnings warnings) =>
        new(generationId, work, instance, results, outbox, warnings, Clock);

    public PromptRenderer CreateRenderer(
        Guid generationId, GenerationWork work, ComfyUiInstance instance, GenerationTranslator translator, GenerationOutbox outbox, Rendering rendering, CancelRequest cancel) =>
        new(
            generationId, work, instance, translator, outbox, rendering, cancel, Leases.Installation, CreateSubmission(generationId, work, instance),
            new RetryingServer(instance, Clock), Clock, Logger);

    private PromptSubmission CreateSubmission(Guid generationId, GenerationWork work, ComfyUiInstance instance) =>
        new(generationId, work, instance, new RetryingServer(instance, Clock), Leases, comfyUi.Value.PreviewMethod, Clock, Logger);
}
