using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Renders one prompt after another: adopts what an earlier attempt left on the server, or submits it; follows it on the socket; and
/// accepts its end once the history confirms it.
/// </summary>
internal sealed partial class PromptRenderer(
    Guid generationId,
    GenerationWork work,
    ComfyUiInstance instance,
    GenerationTranslator translator,
    GenerationOutbox outbox,
    Rendering rendering,
    CancelRequest cancel,
    Installation installation,
    PromptSubmission submissions,
    RetryingServer server,
    TimeProvider clock,
    ILogger logger)
{
    private const int OldestAttempts = 8;
    private static readonly TimeSpan CancelSpacing = TimeSpan.FromSeconds(1);

    /// <summary>Renders an image.</summary>
    /// <param name="imageIndex">The number of the prompt, from 1.</param>
    /// <param name="workflow">The workflow to submit.</param>
    /// <param name="mayBeThere">Whether an earlier attempt may have left it on the server.</param>
    /// <param name="firstSubmission">The first submission number: 0, or <see cref="PromptIds.Renewal"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GenerationEndedException">It did not succeed.</exception>
    /// <exception cref="StaleAttemptException">The server is not ours any more.</exception>
    public async Task<PromptOutputs> RenderAsync(
        int imageIndex, JsonObject workflow, bool mayBeThere, int firstSubmission, CancellationToken cancellationToken)
    {
        var graph = RunGraph.Of(workflow);
        translator.Begin(imageIndex, graph);
        for (var submission = 0; submission < PromptIds.SubmissionsPerAttempt; submission++)
        {
            // A prompt given up as lost may have arrived after all.
            if ((mayBeThere || submission > 0) && await AdoptAsync(imageIndex, graph, firstSubmission, cancellationToken) is { } adopted)
                return adopted;
            cancel.ThrowIfRequested();
            var prompt = CreateRun(PromptIds.Of(generationId, imageIndex, work.Attempt, firstSubmission + submission), instance.ClientId, graph);
            using var following = instance.Follow(prompt);
            await instance.WaitForSocketAsync(prompt.ClientId, cancellationToken);
            var lastTry = submission == PromptIds.SubmissionsPerAttempt - 1;
            if (await submissions.SubmitAsync(prompt, imageIndex, workflow, lastTry, cancellationToken))
                return await FollowAsync(prompt, graph, cancellationToken);
        }

        throw RetryingServer.Lost("The ComfyUI server does not accept prompts.");
    }

    private TrackedPrompt CreateRun(string promptId, string clientId, RunGraph graph) =>
        new(promptId, clientId, graph, translator, (translated, receivedAt) => outbox.Add(translated, receivedAt))
        {
            Begun = rendering.Begin,
            Heard = () => rendering.Heard(translator.OverallProgress),
            WaitsBehind = rendering.Wait,
        };

    private async Task<PromptOutputs?> AdoptAsync(int imageIndex, RunGraph graph, int firstSubmission, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(0, Math.Min(work.Attempt, OldestAttempts))
            .SelectMany(back => Enumerable.Range(0, PromptIds.SubmissionsPerAttempt)
                .Select(submission => PromptIds.Of(generationId, imageIndex, work.Attempt - back, firstSubmission + submission)))
            .ToList();
        // A server that assigns its own ids knows none of these; the marker is the same, but does not distinguish what was rendered again.
        bool IsIt(PromptMarker? marker) => firstSubmission == 0 && marker is not null && marker.GenerationId == generationId
            && marker.ImageIndex == imageIndex && marker.Instance == instance.Name && installation.IsMarkedBy(marker);

        var queue = await server.GetQueueAsync(cancellationToken);
        var all = queue.Running.Concat(queue.Pending).Where(i => i.Marker is null || installation.IsMarkedBy(i.Marker)).ToList();
        if ((ids.Select(id => all.Find(i => i.PromptId == id)).FirstOrDefault(i => i is not null) ?? all.Find(i => IsIt(i.Marker))) is { } item)
        {
            LogAdopted(generationId, item.PromptId, instance.Name);
            var prompt = CreateRun(item.PromptId, item.ClientId ?? instance.ClientId, graph);
            prompt.Observe(queue, clock.GetUtcNow());
            using var following = instance.Follow(prompt);
            return await FollowAsync(prompt, graph, cancellationToken);
        }

        foreach (var id in ids)
        {
            var entry = await server.GetHistoryAsync(id, cancellationToken);
            if (entry is not null && (entry.Marker is null || installation.IsMarkedBy(entry.Marker)) && IsOfUse(entry, graph))
                return Adopt(id, entry, graph);
        }

        var marked = (await server.GetNewestHistoryAsync(cancellationToken)).Where(e => IsIt(e.Entry.Marker) && IsOfUse(e.Entry, graph)).ToList();
        return marked is [.., var newest] ? Adopt(newest.PromptId, newest.Entry, graph) : null;
    }

    // An interrupted prompt was an orphan; images that were sent through a socket are gone.
    private static bool IsOfUse(PromptHistory entry, RunGraph graph) => !entry.Interrupted && !(entry.Succeeded && graph.SendsImages);

    private PromptOutputs Adopt(string promptId, PromptHistory entry, RunGraph graph)
    {
        LogAdopted(generationId, promptId, instance.Name);
        return Conclude(CreateRun(promptId, instance.ClientId, graph), entry, graph);
    }

    private async Task<PromptOutputs> FollowAsync(TrackedPrompt prompt, RunGraph graph, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await UntilLeftAsync(prompt, cancellationToken);
                if (prompt.Lost is { } error)
                    throw new GenerationEndedException(new GenerationOutcome.Lost(error));
                var (hasEnded, entry) = await server.ConfirmEndAsync(prompt.PromptId, cancellationToken);
                if (hasEnded)
                    return Conclude(prompt, entry, graph);
                LogNotEnded(generationId, prompt.PromptId, instance.Name);
                prompt.Return();
            }
        }
        finally
        {
            rendering.Pause();
        }
    }

    private async Task UntilLeftAsync(TrackedPrompt prompt, CancellationToken cancellationToken)
    {
        while (!prompt.Left.IsCompleted)
        {
            if (!cancel.IsRequested)
            {
                await Task.WhenAny(prompt.Left, cancel.Requested).WaitAsync(cancellationToken);
                continue;
            }

            // Repeated, because interrupts can get lost, and a waiting prompt may just have begun.
            await StopAsync(prompt, cancellationToken);
            instance.Poke();
            await Task.WhenAny(prompt.Left, Task.Delay(CancelSpacing, clock, cancellationToken)).WaitAsync(cancellationToken);
        }
    }

    private PromptOutputs Conclude(TrackedPrompt prompt, PromptHistory? entry, RunGraph graph)
    {
        try
        {
            return Judge(prompt, entry, graph);
        }
        catch (GenerationEndedException e) when (e.Outcome is not GenerationOutcome.Lost)
        {
            // Nodes that finished earlier have written their files.
            throw new GenerationEndedException(e.Outcome) { Outputs = prompt.Outputs(entry) };
        }
    }

    private PromptOutputs Judge(TrackedPrompt prompt, PromptHistory? entry, RunGraph graph)
    {
        var succeeded = entry?.Succeeded ?? prompt.End is ExecutionSucceeded;
        if (succeeded)
        {
            var outputs = prompt.Outputs(entry);
            // Without any socket they can never be received, and the prompt's files are still useful.
            var mayHaveMissed = prompt.HadGap || (!prompt.EndWasReported && instance.NoSocketReason is null);
            if (graph.SendsImages && mayHaveMissed && !outputs.Results.Any(r => r.Result is SentFrame))
                throw RetryingServer.Lost("The socket was lost while images were being sent through it.");
            foreach (var translated in translator.Apply(new ExecutionSucceeded(), clock.GetUtcNow()))
                outbox.Add(translated);
            return outputs;
        }

        if ((entry?.Exception ?? (prompt.End as ExecutionFailed)?.Exception) is { } exception)
            throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Of(exception, graph)));
        if (prompt.Stalled)
        {
            throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Error(
                GenerationErrorCodes.ComfyUiUnresponsive, "A node worked for too long without a word and was interrupted.", retryable: true)));
        }

        if (entry?.Interrupted ?? prompt.End is ExecutionInterrupted)
            throw new GenerationEndedException(cancel.Outcome());
        if (entry is not null)
            throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Of(exception: null, graph)));

        // Gone without a trace: it was deleted while waiting, unless the server restarted.
        throw cancel.IsRequested || (prompt.Waiting && !instance.MayHaveForgotten(prompt))
            ? new GenerationEndedException(cancel.Outcome())
            : RetryingServer.Lost("The ComfyUI server restarted and forgot the prompt.");
    }

    private async Task StopAsync(TrackedPrompt prompt, CancellationToken cancellationToken)
    {
        try
        {
            await instance.StopAsync(prompt, cancellationToken);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            LogNotStopped(generationId, instance.Name, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Adopted prompt {PromptId} of {GenerationId} on {Instance}")]
    private partial void LogAdopted(Guid generationId, string promptId, string instance);

    [LoggerMessage(LogLevel.Information, "Prompt {PromptId} of {GenerationId} was reported as ended, but is still in the queue of {Instance}")]
    private partial void LogNotEnded(Guid generationId, string promptId, string instance);

    [LoggerMessage(LogLevel.Warning, "The request to stop {GenerationId} did not reach {Instance}: {Reason}")]
    private partial void LogNotStopped(Guid generationId, string instance, string reason);
}
