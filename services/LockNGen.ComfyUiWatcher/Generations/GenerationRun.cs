using System.Diagnostics;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>One generation in this watcher: claimed, rendered image by image, stored, and ended as the ledger decides.</summary>
internal sealed partial class GenerationRun(Guid generationId, ComfyUiInstance instance, GenerationServices services)
{
    private const int ClaimTries = 6;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    // With it every line of the work, also of HTTP and the bus, carries the generation.
    private static readonly Func<ILogger, Guid, IDisposable?> Scope = LoggerMessage.DefineScope<Guid>("generation {GenerationId}");

    private readonly ILogger _logger = services.Logger;
    private readonly Guid _claimId = Guid.NewGuid();
    private readonly List<GenerationImage> _images = [];
    private GenerationTranslator? _translator;
    private GenerationWork? _work;

    public CancelRequest Cancel { get; } = new();

    public string Instance => instance.Name;

    /// <summary>Null until the claim is granted.</summary>
    public HeldGeneration? Held => _work is { } work
        ? new HeldGeneration
        {
            GenerationId = generationId,
            Attempt = work.Attempt,
            Instance = instance.Name,
            OverallProgress = _translator?.OverallProgress ?? work.OverallProgress,
        }
        : null;

    /// <summary>Runs to the end, or until cancelled: then the generation is somebody else's, and nothing more is said about it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var scope = Scope(_logger, generationId);
        try
        {
            if (await ClaimAsync(cancellationToken) is not { } work)
                return;
            using var activity = services.Metrics.Activities.StartActivity("render generation", ActivityKind.Consumer, work.TraceParent);
            activity?.SetTag("lockngen.generation", generationId).SetTag("lockngen.instance", instance.Name).SetTag("lockngen.attempt", work.Attempt);
            await RunAsync(work, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogDropped(generationId, "it is not ours any more, or the watcher stops");
        }
        catch (StaleAttemptException e)
        {
            LogDropped(generationId, e.Message);
        }
    }

    private async Task RunAsync(GenerationWork work, CancellationToken cancellationToken)
    {
        var startedAt = services.Clock.GetTimestamp();
        _translator = new GenerationTranslator(generationId, work.Prompts.Count, work.OverallProgress);
        _work = work;
        LogClaimed(generationId, work.Attempt, work.Prompts.Count, instance.Name);

        var outbox = services.CreateOutbox(generationId, work);
        using var stopPublishing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var publishing = outbox.RunAsync(stopPublishing.Token);
        try
        {
            var outcome = await RenderAsync(work, outbox, cancellationToken);
            await outbox.DrainAsync(cancellationToken);
            var elapsed = work.ElapsedSeconds + services.Clock.GetElapsedTime(startedAt).TotalSeconds;
            await ReportAsync(work, outbox, outcome, elapsed, cancellationToken);
        }
        finally
        {
            await stopPublishing.CancelAsync();
            await publishing;
        }
    }

    private async Task<GenerationOutcome> RenderAsync(GenerationWork work, GenerationOutbox outbox, CancellationToken cancellationToken)
    {
        outbox.Add(new TranslatedEvent(new GenerationStarted
        {
            GenerationId = generationId,
            Sequence = 0,
            Timestamp = services.Clock.GetUtcNow(),
            Data = new GenerationStartedData { Instance = instance.Name, Attempt = work.Attempt, TotalImages = work.Prompts.Count },
        }));
        foreach (var stored in work.StoredImages.OrderBy(s => s.Image.Index))
            Announce(stored.Image, stored.ImageIndex, work, outbox);
        try
        {
            var plan = new WorkflowPlan(work.Workflow);
            await UploadInputsAsync(work, plan, cancellationToken);
            var renderer = services.CreateRenderer(generationId, work, instance, _translator!, outbox, Cancel);
            // Images run one after another, so only the first missing one can be left from an earlier attempt.
            var mayBeThere = work.Attempt > 1;
            foreach (var prompt in work.Prompts.Where(p => !IsStored(work, p)).OrderBy(p => p.ImageIndex))
            {
                Cancel.ThrowIfRequested();
                var outputs = await renderer.RenderAsync(prompt.ImageIndex, plan.For(prompt), mayBeThere, cancellationToken);
                mayBeThere = false;
                await StoreAsync(work, prompt, outputs, outbox, cancellationToken);
            }

            return new GenerationOutcome.Completed();
        }
        catch (GenerationEndedException e)
        {
            return e.Outcome;
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

    private static bool IsStored(GenerationWork work, PromptPlan prompt)
    {
        var stored = work.StoredImages.Where(s => s.ImageIndex == prompt.ImageIndex).ToList();
        return stored.Count > 0 && stored.Count >= stored[0].Files;
    }

    private async Task UploadInputsAsync(GenerationWork work, WorkflowPlan plan, CancellationToken cancellationToken)
    {
        foreach (var file in work.InputFiles)
        {
            var bytes = await services.Results.GetAsync(work, file, cancellationToken);
            plan.Rename(file.Name, await instance.Client.UploadImageAsync(Path.GetFileName(file.Name), bytes, cancellationToken));
        }
    }

    private async Task StoreAsync(
        GenerationWork work, PromptPlan prompt, PromptOutputs outputs, GenerationOutbox outbox, CancellationToken cancellationToken)
    {
        var count = outputs.Files.Count + outputs.Frames.Count;
        for (var file = 1; file <= count; file++)
        {
            var content = file <= outputs.Files.Count
                ? await FetchAsync(outputs.Files[file - 1], cancellationToken)
                : outputs.Frames[file - outputs.Files.Count - 1];
            if (!services.KeepMetadata)
                content = content with { Bytes = ImageMetadata.Strip(content.Bytes) };
            var image = await services.Results.PutAsync(work, prompt, file, count, content, cancellationToken);
            Announce(image, prompt.ImageIndex, work, outbox);
        }
    }

    private async Task<FileContent> FetchAsync(OutputFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await instance.Client.GetFileAsync(file, cancellationToken);
        }
        catch (ComfyUiException e)
        {
            // A cached run names the files of the run that made them, and somebody may have cleaned up since.
            throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Error(
                GenerationErrorCodes.StorageFailed, $"ComfyUI does not hand out {file.Filename} (HTTP {(int)e.Status}).", retryable: true)));
        }
    }

    private void Announce(GenerationImage image, int imageIndex, GenerationWork work, GenerationOutbox outbox)
    {
        if (_images.RemoveAll(i => i.Index == image.Index) == 0)
        {
            outbox.Add(new TranslatedEvent(new GenerationImageCompleted
            {
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = services.Clock.GetUtcNow(),
                Data = new GenerationImageCompletedData { Image = image, ImageIndex = imageIndex, TotalImages = work.Prompts.Count },
            }));
        }

        _images.Add(image);
    }

    private async Task<GenerationWork?> ClaimAsync(CancellationToken cancellationToken)
    {
        var claim = new ClaimGeneration
        {
            GenerationId = generationId,
            ClaimId = _claimId,
            Watcher = services.WatcherName,
            Instance = instance.Name,
        };
        for (var tries = 1; tries <= ClaimTries; tries++)
        {
            try
            {
                var decision = await services.Commands.RequestAsync<ClaimGeneration, ClaimDecision>(
                    BusQueues.GenerationApi, claim, cancellationToken);
                if (decision is { Granted: true, Work: { } work })
                    return work;
                LogRefused(generationId, decision.Reason);
                return null;
            }
            catch (Exception e) when (e is MassTransitException && !cancellationToken.IsCancellationRequested)
            {
                LogUnanswered(generationId, nameof(ClaimGeneration), e.Message);
                await Task.Delay(FirstRetry * tries, services.Clock, cancellationToken);
            }
        }

        // The API dispatches again what nobody claims.
        return null;
    }

    private async Task ReportAsync(
        GenerationWork work, GenerationOutbox outbox, GenerationOutcome outcome, double elapsedSeconds, CancellationToken cancellationToken)
    {
        var terminal = outcome is GenerationOutcome.Lost ? null : outbox.Number(TerminalEvent(outcome, elapsedSeconds));
        var report = new ReportOutcome
        {
            GenerationId = generationId,
            Attempt = work.Attempt,
            Watcher = services.WatcherName,
            Event = terminal is null ? null : JsonSerializer.Deserialize(ContractsJson.Serialize(terminal), ContractsJson.Default.JsonElement),
            Lost = (outcome as GenerationOutcome.Lost)?.Error,
        };
        services.Metrics.OutcomeWaits();
        var verdict = await AskLedgerAsync(report, cancellationToken);
        services.Metrics.OutcomeTaken();
        LogEnded(generationId, work.Attempt, outcome.ToString(), verdict);
        services.Metrics.Ended(instance.Name, outcome.GetType().Name);
        if (verdict == OutcomeVerdict.Publish && terminal is not null)
            await outbox.PublishAsync(terminal, preview: null, receivedAt: null, cancellationToken);
    }

    // For as long as it takes: until the ledger has the outcome, the generation stays held.
    private async Task<OutcomeVerdict> AskLedgerAsync(ReportOutcome report, CancellationToken cancellationToken)
    {
        for (var delay = FirstRetry; ; delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry)
        {
            try
            {
                return (await services.Commands.RequestAsync<ReportOutcome, OutcomeDecision>(
                    BusQueues.GenerationApi, report, cancellationToken)).Verdict;
            }
            catch (Exception e) when (e is MassTransitException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                LogUnanswered(generationId, nameof(ReportOutcome), e.Message);
                await Task.Delay(delay * (0.5 + Random.Shared.NextDouble()), services.Clock, cancellationToken);
            }
        }
    }

    private GenerationEvent TerminalEvent(GenerationOutcome outcome, double elapsedSeconds)
    {
        var now = services.Clock.GetUtcNow();
        GenerationImage[] images = [.. _images.OrderBy(i => i.Index)];
        return outcome switch
        {
            GenerationOutcome.Failed failed => new GenerationFailed
            {
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = now,
                Data = new GenerationFailedData { Error = failed.Error, Images = images },
            },
            GenerationOutcome.Cancelled cancelled => new GenerationCancelled
            {
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = now,
                Data = new GenerationCancelledData { Reason = cancelled.Reason, Images = images },
            },
            _ => new GenerationCompleted
            {
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = now,
                Data = new GenerationCompletedData { Images = images, DurationSeconds = Math.Round(elapsedSeconds, 3) },
            },
        };
    }

    [LoggerMessage(LogLevel.Information, "Claimed {GenerationId}, attempt {Attempt}, {Images} images, on {Instance}")]
    private partial void LogClaimed(Guid generationId, int attempt, int images, string instance);

    [LoggerMessage(LogLevel.Information, "The claim of {GenerationId} was refused: {Reason}")]
    private partial void LogRefused(Guid generationId, string? reason);

    [LoggerMessage(LogLevel.Warning, "No answer to {Command} of {GenerationId}: {Reason}")]
    private partial void LogUnanswered(Guid generationId, string command, string reason);

    [LoggerMessage(LogLevel.Information, "{GenerationId}, attempt {Attempt}, ended as {Outcome}; the ledger says {Verdict}")]
    private partial void LogEnded(Guid generationId, int attempt, string outcome, OutcomeVerdict verdict);

    [LoggerMessage(LogLevel.Warning, "Dropped {GenerationId}: {Reason}")]
    private partial void LogDropped(Guid generationId, string reason);

    [LoggerMessage(LogLevel.Error, "Watching {GenerationId} failed")]
    private partial void LogBug(Guid generationId, Exception exception);
}
