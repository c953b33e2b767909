using System.Diagnostics;
using System.Net;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>One generation in this watcher: claimed, rendered image by image, stored, and ended by the ledger's verdict.</summary>
internal sealed partial class GenerationRun(Guid generationId, ComfyUiInstance instance, GenerationServices services)
{
    // With it, every log line of the work, including those of HTTP and the bus, names the generation.
    private static readonly Func<ILogger, Guid, IDisposable?> Scope = LoggerMessage.DefineScope<Guid>("generation {GenerationId}");

    /// <summary>Anything not published by then is published by the API from the ledger.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = services.Logger;
    private RunningAttempt? _attempt;
    private volatile bool _ended;

    public CancelRequest Cancel { get; } = new();

    public string Instance => instance.Name;

    /// <summary>Null until the claim is granted, and again once the ledger has the outcome.</summary>
    public HeldGeneration? Held => _attempt is { } attempt && !_ended
        ? attempt.Rendering.Describe(new HeldGeneration
        {
            GenerationId = generationId,
            Attempt = attempt.Context.Number,
            Instance = instance.Name,
            OverallProgress = attempt.Translator.OverallProgress,
        })
        : null;

    /// <summary>Runs to the end, or until cancelled: then the generation belongs to someone else, and nothing more is published about it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var scope = Scope(_logger, generationId);
        try
        {
            await services.Leases.ConfirmAsync(instance, cancellationToken);
            if (await services.Ledger.ClaimAsync(generationId, instance.Name, cancellationToken) is not { } work)
                return;
            using var activity = services.Metrics.Activities.StartActivity("render generation", ActivityKind.Consumer, work.TraceParent);
            activity?.SetTag("lockngen.generation", generationId).SetTag("lockngen.instance", instance.Name).SetTag("lockngen.attempt", work.Attempt);
            await RunAsync(work, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogDropped(generationId, _ended ? "the broker does not confirm its end" : "it is not ours any more, or the watcher stops");
        }
        catch (StaleAttemptException e)
        {
            LogDropped(generationId, e.Message);
        }
    }

    private async Task RunAsync(GenerationWork work, CancellationToken cancellationToken)
    {
        var claimedAt = services.Clock.GetTimestamp();
        var translator = new GenerationTranslator(generationId, work.Prompts.Count, services.Reported.AtLeast(generationId, work.OverallProgress));
        var context = new AttemptContext(generationId, work, instance.Name);
        var outbox = services.CreateOutbox(context);
        var warnings = new GenerationWarnings(work.Warnings);
        var files = services.CreateFiles(context, instance, outbox, warnings);
        var rendering = new Rendering(context, outbox, () => Begun(files), services.Leases.BeatSoon, services.Clock);
        var attempt = _attempt = new RunningAttempt(context, instance, translator, outbox, rendering, Cancel);
        LogClaimed(generationId, work.Attempt, work.Prompts.Count, instance.Name);
        using var stopPublishing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var publishing = outbox.RunAsync(stopPublishing.Token);
        try
        {
            var outcome = await RenderAsync(attempt, files, cancellationToken);
            if (instance.NoSocketReason is { } reason)
                warnings.Add(GenerationWarningCodes.NoLiveProgress, $"There was no live progress: {reason}.");
            if (!rendering.HasBegun)
                files.AnnounceStored();
            await outbox.DrainAsync(cancellationToken);
            var elapsed = work.ElapsedSeconds > 0
                ? work.ElapsedSeconds + services.Clock.GetElapsedTime(claimedAt).TotalSeconds
                : rendering.SecondsSinceBegin;
            var ended = new EndedAttempt(generationId, files.Images, warnings.All, elapsed, services.Clock.GetUtcNow());
            await ReportAsync(attempt, outcome, ended, cancellationToken);
        }
        finally
        {
            await stopPublishing.CancelAsync();
            await publishing;
            services.Reported.Note(generationId, translator.OverallProgress);
        }
    }

    private async Task<GenerationOutcome> RenderAsync(RunningAttempt attempt, GenerationFiles files, CancellationToken cancellationToken)
    {
        try
        {
            var work = attempt.Context.Work;
            var plan = new WorkflowPlan(work.Workflow);
            await files.SendInputsAsync(plan, cancellationToken);
            var renderer = services.CreateRenderer(attempt);
            // Images run one after another, so only the first missing one can be left from an earlier attempt.
            var mayBeThere = work.Attempt > 1;
            foreach (var prompt in work.Prompts.Where(p => !files.AreStored(p)).OrderBy(p => p.ImageIndex))
            {
                Cancel.ThrowIfRequested();
                await RenderAsync(prompt, plan, renderer, files, mayBeThere, cancellationToken);
                mayBeThere = false;
            }

            Begin();
            return files.Outcome;
        }
        catch (GenerationEndedException e)
        {
            return e.Outcome;
        }
        catch (ComfyUiException e) when (e.Status == HttpStatusCode.RequestEntityTooLarge)
        {
            // Unchanged: the path in it is that of a call, not of a file.
            return new GenerationOutcome.Failed(new GenerationError { Code = GenerationErrorCodes.TooLarge, Message = $"Too large for {instance.Name}: {e.Message}" });
        }
        catch (UnusableServerException e)
        {
            instance.NoteRefusal(e);
            return new GenerationOutcome.Lost(
                GenerationErrors.Error(GenerationErrorCodes.ComfyUiLost, $"{instance.Name} took no work: {e.Message}.", retryable: true), NotTaken: true);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            return new GenerationOutcome.Lost(GenerationErrors.Error(
                GenerationErrorCodes.ComfyUiLost, "The ComfyUI server did not answer.", retryable: true));
        }
        catch (Exception e) when (e is not (OperationCanceledException or StaleAttemptException))
        {
            LogBug(generationId, e);
            return new GenerationOutcome.Failed(GenerationErrors.Error(
                GenerationErrorCodes.InternalError, "Something went wrong while the generation was watched.", retryable: true));
        }
    }

    // What an earlier attempt left in the history was never seen running.
    private void Begin()
    {
        var rendering = _attempt!.Rendering;
        if (!rendering.HasBegun)
            rendering.Begin();
        rendering.Pause();
    }

    // Reported to the API at once, for its answers and its time limit.
    private void Begun(GenerationFiles files)
    {
        files.AnnounceStored();
        services.Leases.BeatSoon();
    }

    private async Task RenderAsync(
        PromptPlan prompt, WorkflowPlan plan, PromptRenderer renderer, GenerationFiles files, bool mayBeThere, CancellationToken cancellationToken)
    {
        try
        {
            var outputs = await renderer.RenderAsync(prompt.ImageIndex, plan.For(prompt), mayBeThere, firstSubmission: 0, cancellationToken);
            Begin();
            if (await files.StoreAsync(prompt, outputs, mayRenderAgain: true, cancellationToken) is not { Count: > 0 } gone)
                return;
            LogAnew(generationId, string.Join(", ", gone));
            outputs = await renderer.RenderAsync(prompt.ImageIndex, plan.For(prompt, gone), mayBeThere, PromptIds.Renewal, cancellationToken);
            await files.StoreAsync(prompt, outputs, mayRenderAgain: false, cancellationToken);
        }
        catch (GenerationEndedException e) when (e.Outputs is { } made)
        {
            Begin();
            await KeepAsync(prompt, made, files, cancellationToken);
            throw;
        }
    }

    /// <summary>Stores files of nodes that finished before the prompt failed; the outcome does not depend on them.</summary>
    private async Task KeepAsync(PromptPlan prompt, PromptOutputs made, GenerationFiles files, CancellationToken cancellationToken)
    {
        try
        {
            await files.StoreAsync(prompt, made, mayRenderAgain: false, cancellationToken);
        }
        catch (Exception e) when (e is GenerationEndedException || ComfyUiResilience.IsFailure(e))
        {
            LogNotKept(generationId, (e as GenerationEndedException)?.Outcome.ToString() ?? e.Message);
        }
    }

    private async Task ReportAsync(RunningAttempt attempt, GenerationOutcome outcome, EndedAttempt ended, CancellationToken cancellationToken)
    {
        var outbox = attempt.Outbox;
        var terminal = outcome.TerminalEvent(ended) is { } message ? outbox.Number(OutcomeSize.Fit(message)) : null;
        // Now the ledger decides. Once it has, a heartbeat's answer may make this watcher drop the generation before the verdict
        // arrives; that must not prevent the end from being published, so it only limits the time.
        using var grace = new CancellationTokenSource();
        await using var limit = cancellationToken.Register(() => grace.CancelAfter(Grace));
        var verdict = await AskLedgerAsync(attempt, terminal, outcome, grace.Token);
        _ended = true;
        LogEnded(generationId, attempt.Context.Number, outcome.ToString(), ended.DurationSeconds, ResultLine.Of(ended.Images), verdict);
        services.Metrics.Ended(instance.Name, outcome.GetType().Name);
        if (verdict == OutcomeVerdict.Publish && terminal is not null)
            await outbox.PublishAsync(terminal, preview: null, receivedAt: null, grace.Token);
    }

    private async Task<OutcomeVerdict> AskLedgerAsync(
        RunningAttempt attempt, GenerationEvent? terminal, GenerationOutcome outcome, CancellationToken cancellationToken)
    {
        services.Metrics.OutcomeWaits();
        try
        {
            return await services.Ledger.ReportAsync(
                generationId,
                attempt.Context.Number,
                terminal,
                outcome as GenerationOutcome.Lost,
                attempt.Rendering.HasBegun ? attempt.Rendering.Seconds : null,
                cancellationToken);
        }
        finally
        {
            services.Metrics.OutcomeTaken();
        }
    }

    [LoggerMessage(LogLevel.Information, "Claimed {GenerationId}, attempt {Attempt}, {Images} images, on {Instance}")]
    private partial void LogClaimed(Guid generationId, int attempt, int images, string instance);

    [LoggerMessage(LogLevel.Information, "{GenerationId}: ComfyUI has the results of nodes {Nodes} in its cache, but not their files; they are rendered again")]
    private partial void LogAnew(Guid generationId, string nodes);

    [LoggerMessage(LogLevel.Warning, "{GenerationId}: not everything that finished before the failure could be stored: {Reason}")]
    private partial void LogNotKept(Guid generationId, string reason);

    [LoggerMessage(LogLevel.Information, "{GenerationId}, attempt {Attempt}, ended as {Outcome} after {Seconds:0.000} s with {Results}; the ledger says {Verdict}")]
    private partial void LogEnded(Guid generationId, int attempt, string outcome, double seconds, string results, OutcomeVerdict verdict);

    [LoggerMessage(LogLevel.Warning, "Dropped {GenerationId}: {Reason}")]
    private partial void LogDropped(Guid generationId, string reason);

    [LoggerMessage(LogLevel.Error, "Watching {GenerationId} failed")]
    private partial void LogBug(Guid generationId, Exception exception);
}
