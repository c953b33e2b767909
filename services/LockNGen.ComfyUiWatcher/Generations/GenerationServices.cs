using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Results;
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

    public GenerationOutbox CreateOutbox(AttemptContext attempt) => new(attempt, publisher, _policy, timer, Clock, Metrics, Logger);

    public GenerationFiles CreateFiles(AttemptContext attempt, ComfyUiInstance instance, GenerationOutbox outbox, GenerationWarnings warnings) =>
        new(attempt, instance, results, outbox, warnings, Clock);

    public PromptRenderer CreateRenderer(RunningAttempt attempt)
    {
        var server = new RetryingServer(attempt.Instance, Clock);
        var submissions = new PromptSubmission(attempt.Context, attempt.Instance, server, Leases, comfyUi.Value.PreviewMethod, Clock, Logger);
        return new PromptRenderer(attempt, new PromptAdoption(attempt.Context, Leases.Installation, server), submissions, server, Clock, Logger);
    }
}
