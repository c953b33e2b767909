using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Renders one prompt after another: adopts what an earlier attempt left on the server, or submits it; follows it on the socket; and
/// accepts its end once the history confirms it.
/// </summary>
internal sealed partial class PromptRenderer(
    RunningAttempt attempt, PromptAdoption adoption, PromptSubmission submissions, RetryingServer server, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan CancelSpacing = TimeSpan.FromSeconds(1);

    private readonly PromptVerdict _verdict = new(attempt, clock);

    private Guid GenerationId => attempt.Context.GenerationId;

    private ComfyUiInstance Instance => attempt.Instance;

    private CancelRequest Cancel => attempt.Cancel;

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
        attempt.Translator.Begin(imageIndex, graph);
        for (var submission = 0; submission < PromptIds.SubmissionsPerAttempt; submission++)
        {
            // A prompt given up as lost may have arrived after all.
            if ((mayBeThere || submission > 0) && await adoption.FindAsync(imageIndex, graph, firstSubmission, cancellationToken) is { } left)
                return await AdoptAsync(left, graph, cancellationToken);
            Cancel.ThrowIfRequested();
            var prompt = CreateRun(PromptIds.Of(GenerationId, imageIndex, attempt.Context.Number, firstSubmission + submission), Instance.ClientId, graph);
            using var following = Instance.Follow(prompt);
            await Instance.WaitForSocketAsync(prompt.ClientId, cancellationToken);
            var lastTry = submission == PromptIds.SubmissionsPerAttempt - 1;
            if (await submissions.SubmitAsync(prompt, imageIndex, workflow, lastTry, cancellationToken))
                return await FollowAsync(prompt, graph, cancellationToken);
        }

        throw RetryingServer.Lost("The ComfyUI server does not accept prompts.");
    }

    private TrackedPrompt CreateRun(string promptId, string clientId, RunGraph graph) =>
        new(promptId, clientId, graph, attempt.Translator, (translated, receivedAt) => attempt.Outbox.Add(translated, receivedAt))
        {
            Begun = attempt.Rendering.Begin,
            Heard = () => attempt.Rendering.Heard(attempt.Translator.OverallProgress),
            WaitsBehind = attempt.Rendering.Wait,
        };

    private async Task<PromptOutputs> AdoptAsync(LeftPrompt left, RunGraph graph, CancellationToken cancellationToken)
    {
        LogAdopted(GenerationId, left.PromptId, Instance.Name);
        if (left is LeftPrompt.Ended ended)
            return _verdict.Conclude(CreateRun(ended.PromptId, Instance.ClientId, graph), ended.Entry, graph);
        var queued = (LeftPrompt.Queued)left;
        var prompt = CreateRun(queued.PromptId, queued.ClientId ?? Instance.ClientId, graph);
        prompt.Observe(queued.Queue, clock.GetUtcNow());
        using var following = Instance.Follow(prompt);
        return await FollowAsync(prompt, graph, cancellationToken);
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
                    return _verdict.Conclude(prompt, entry, graph);
                LogNotEnded(GenerationId, prompt.PromptId, Instance.Name);
                prompt.Return();
            }
        }
        finally
        {
            attempt.Rendering.Pause();
        }
    }

    private async Task UntilLeftAsync(TrackedPrompt prompt, CancellationToken cancellationToken)
    {
        while (!prompt.Left.IsCompleted)
        {
            if (!Cancel.IsRequested)
            {
                await Task.WhenAny(prompt.Left, Cancel.Requested).WaitAsync(cancellationToken);
                continue;
            }

            // Repeated, because interrupts can get lost, and a waiting prompt may just have begun.
            await StopAsync(prompt, cancellationToken);
            Instance.Poke();
            await Task.WhenAny(prompt.Left, Task.Delay(CancelSpacing, clock, cancellationToken)).WaitAsync(cancellationToken);
        }
    }

    private async Task StopAsync(TrackedPrompt prompt, CancellationToken cancellationToken)
    {
        try
        {
            await Instance.StopAsync(prompt, cancellationToken);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            LogNotStopped(GenerationId, Instance.Name, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Adopted prompt {PromptId} of {GenerationId} on {Instance}")]
    private partial void LogAdopted(Guid generationId, string promptId, string instance);

    [LoggerMessage(LogLevel.Information, "Prompt {PromptId} of {GenerationId} was reported as ended, but is still in the queue of {Instance}")]
    private partial void LogNotEnded(Guid generationId, string promptId, string instance);

    [LoggerMessage(LogLevel.Warning, "The request to stop {GenerationId} did not reach {Instance}: {Reason}")]
    private partial void LogNotStopped(Guid generationId, string instance, string reason);
}
