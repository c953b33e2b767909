using System.Net;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Has one prompt after another rendered: adopts what an earlier attempt left in the server, else submits; follows it on the socket; and
/// believes in its end when the history confirms it.
/// </summary>
internal sealed partial class PromptRenderer(
    Guid generationId,
    GenerationWork work,
    ComfyUiInstance instance,
    GenerationTranslator translator,
    GenerationOutbox outbox,
    CancelRequest cancel,
    LeaseKeeper leases,
    string previewMethod,
    TimeProvider clock,
    ILogger logger)
{
    private const int OldestAttempts = 8;
    private const int MaxTries = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Renders an image.</summary>
    /// <exception cref="GenerationEndedException">It did not come to a good end.</exception>
    /// <exception cref="StaleAttemptException">The server is not ours any more.</exception>
    public async Task<PromptOutputs> RenderAsync(int imageIndex, JsonObject workflow, bool mayBeThere, CancellationToken cancellationToken)
    {
        var graph = WorkflowGraph.Of(workflow);
        translator.Begin(imageIndex, graph);
        if (mayBeThere && await AdoptAsync(imageIndex, graph, cancellationToken) is { } adopted)
            return adopted;

        for (var submission = 0; submission < PromptIds.SubmissionsPerAttempt; submission++)
        {
            cancel.ThrowIfRequested();
            var prompt = CreateRun(PromptIds.Of(generationId, imageIndex, work.Attempt, submission), instance.ClientId, graph);
            using var following = instance.Follow(prompt);
            await instance.WaitForSocketAsync(prompt.ClientId, cancellationToken);
            if (await SubmitAsync(prompt, imageIndex, workflow, lastTry: submission == PromptIds.SubmissionsPerAttempt - 1, cancellationToken))
                return await FollowAsync(prompt, graph, cancellationToken);
        }

        throw Lost("The ComfyUI server does not take prompts.");
    }

    private PromptRun CreateRun(string promptId, string clientId, WorkflowGraph graph) =>
        new(promptId, clientId, graph, translator, (translated, receivedAt) => outbox.Add(translated, receivedAt));

    private async Task<PromptOutputs?> AdoptAsync(int imageIndex, WorkflowGraph graph, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(0, Math.Min(work.Attempt, OldestAttempts))
            .SelectMany(back => Enumerable.Range(0, PromptIds.SubmissionsPerAttempt)
                .Select(submission => PromptIds.Of(generationId, imageIndex, work.Attempt - back, submission)))
            .ToList();
        var queue = await ReachAsync(instance.Client.GetQueueAsync, cancellationToken);
        if (ids.Select(queue.Find).FirstOrDefault(i => i is not null) is { } item)
        {
            LogAdopted(generationId, item.PromptId, instance.Name);
            var prompt = CreateRun(item.PromptId, item.ClientId ?? instance.ClientId, graph);
            prompt.Observe(queue, clock.GetUtcNow());
            using var following = instance.Follow(prompt);
            return await FollowAsync(prompt, graph, cancellationToken);
        }

        foreach (var id in ids)
        {
            var entry = await ReachAsync(token => instance.Client.GetHistoryAsync(id, token), cancellationToken);
            // What was interrupted was an orphan; images that went through a socket are nowhere any more.
            if (entry is null or { Interrupted: true } || (entry.Succeeded && graph.SendsImages))
                continue;
            LogAdopted(generationId, id, instance.Name);
            return Conclude(CreateRun(id, instance.ClientId, graph), entry, graph);
        }

        return null;
    }

    /// <summary>Submits a prompt.</summary>
    /// <returns>False if ComfyUI has not got the prompt, and another submission may do.</returns>
    private async Task<bool> SubmitAsync(
        PromptRun prompt, int imageIndex, JsonObject workflow, bool lastTry, CancellationToken cancellationToken)
    {
        await leases.ConfirmAsync(instance, cancellationToken);
        var request = new PromptRequest
        {
            Workflow = workflow,
            PromptId = prompt.PromptId,
            ClientId = prompt.ClientId,
            ExtraData = new PromptExtraData
            {
                Marker = new PromptMarker(generationId, imageIndex, work.Attempt, instance.Name),
                PreviewMethod = previewMethod.Length > 0 ? previewMethod : null,
            },
        };
        try
        {
            var rejection = await instance.Client.SubmitAsync(request, cancellationToken);
            if (rejection.Nodes.Count > 0)
                LogPartial(generationId, instance.Name, GenerationErrors.Of(rejection).Message);
            prompt.Accept(clock.GetUtcNow());
            instance.Poke();
            return true;
        }
        catch (PromptRejectedException e)
        {
            throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Of(e.Rejection)));
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            // The answer is lost; the prompt may be there all the same, and must not run twice.
            LogUnanswered(generationId, prompt.PromptId, instance.Name, e.Message);
            var queue = await ReachAsync(instance.Client.GetQueueAsync, cancellationToken);
            if (queue.Find(prompt.PromptId) is not null
                || await ReachAsync(token => instance.Client.GetHistoryAsync(prompt.PromptId, token), cancellationToken) is not null)
            {
                prompt.Accept(clock.GetUtcNow());
                return true;
            }

            if (e is ComfyUiException refusal && (lastTry || refusal.Status < HttpStatusCode.InternalServerError))
            {
                throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Error(
                    GenerationErrorCodes.InvalidWorkflow, $"ComfyUI could not read the workflow (HTTP {(int)refusal.Status}).")));
            }

            return false;
        }
    }

    private async Task<PromptOutputs> FollowAsync(PromptRun prompt, WorkflowGraph graph, CancellationToken cancellationToken)
    {
        while (!prompt.Left.IsCompleted)
        {
            if (!cancel.IsRequested)
            {
                await Task.WhenAny(prompt.Left, cancel.Requested).WaitAsync(cancellationToken);
                continue;
            }

            // Repeated, because interrupts get lost, and because a waiting prompt may just have begun.
            await TryAsync(
                token => prompt.Waiting
                    ? instance.Client.DeleteQueuedAsync(prompt.PromptId, token)
                    : instance.Client.InterruptAsync(prompt.PromptId, token),
                cancellationToken);
            instance.Poke();
            await Task.WhenAny(prompt.Left, Task.Delay(2 * Pause, clock, cancellationToken)).WaitAsync(cancellationToken);
        }

        if (prompt.Lost is { } error)
            throw new GenerationEndedException(new GenerationOutcome.Lost(error));
        return Conclude(prompt, await ConfirmAsync(prompt, cancellationToken), graph);
    }

    // The history may lag behind the socket for a moment; a deleted prompt never gets there; and somebody may clear it.
    private async Task<HistoryEntry?> ConfirmAsync(PromptRun prompt, CancellationToken cancellationToken)
    {
        for (var look = 0; ; look++)
        {
            if (await ReachAsync(token => instance.Client.GetHistoryAsync(prompt.PromptId, token), cancellationToken) is { } entry)
                return entry;
            var queued = (await ReachAsync(instance.Client.GetQueueAsync, cancellationToken)).Find(prompt.PromptId) is not null;
            if (!queued && look > 0)
                return null;
            if (look == MaxTries)
                throw Lost("The ComfyUI server does not tell how the prompt ended.");
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private PromptOutputs Conclude(PromptRun prompt, HistoryEntry? entry, WorkflowGraph graph)
    {
        var succeeded = entry?.Succeeded ?? prompt.End is ExecutionSucceeded;
        if (succeeded)
        {
            var outputs = prompt.Outputs(entry);
            if (graph.SendsImages && outputs.Frames.Count == 0 && prompt.HadGap)
                throw Lost("The socket was lost while images went through it.");
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

        // Gone without a trace: deleted while it waited, unless the server restarted.
        throw cancel.IsRequested || (prompt.Waiting && !instance.WasLost(prompt))
            ? new GenerationEndedException(cancel.Outcome())
            : Lost("The ComfyUI server restarted and forgot the prompt.");
    }

    private async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call(cancellationToken);
            }
            catch (Exception e) when (ComfyUiResilience.IsFailure(e))
            {
                if (instance.GivenUp is { } error)
                    throw new GenerationEndedException(new GenerationOutcome.Lost(error));
                if (tries == MaxTries)
                    throw Lost("The ComfyUI server does not answer.");
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call(cancellationToken);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            LogNotStopped(generationId, instance.Name, e.Message);
        }
    }

    private static GenerationEndedException Lost(string message) =>
        new(new GenerationOutcome.Lost(GenerationErrors.Error(GenerationErrorCodes.ComfyUiLost, message, retryable: true)));

    [LoggerMessage(LogLevel.Information, "Adopted prompt {PromptId} of {GenerationId} on {Instance}")]
    private partial void LogAdopted(Guid generationId, string promptId, string instance);

    [LoggerMessage(LogLevel.Warning, "{Instance} leaves out a part of {GenerationId}: {Reason}")]
    private partial void LogPartial(Guid generationId, string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "{Instance} did not answer to prompt {PromptId} of {GenerationId}: {Reason}")]
    private partial void LogUnanswered(Guid generationId, string promptId, string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "{Instance} could not be told to stop {GenerationId}: {Reason}")]
    private partial void LogNotStopped(Guid generationId, string instance, string reason);
}
