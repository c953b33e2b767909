using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>Decides how a prompt that has left the queue ended, from its history and what its socket has reported.</summary>
internal sealed class PromptVerdict(RunningAttempt attempt, TimeProvider clock)
{
    /// <summary>The outputs of a prompt that succeeded.</summary>
    /// <exception cref="GenerationEndedException">It did not succeed.</exception>
    public PromptOutputs Conclude(TrackedPrompt prompt, PromptHistory? entry, RunGraph graph)
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
        var (_, instance, _, _, _, cancel) = attempt;
        if (entry?.Succeeded ?? prompt.End is ExecutionSucceeded)
            return Succeed(prompt, entry, graph);
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

    private PromptOutputs Succeed(TrackedPrompt prompt, PromptHistory? entry, RunGraph graph)
    {
        var outputs = prompt.Outputs(entry);
        // Without any socket they can never be received, and the prompt's files are still useful.
        var mayHaveMissed = prompt.HadGap || (!prompt.EndWasReported && attempt.Instance.NoSocketReason is null);
        if (graph.SendsImages && mayHaveMissed && !outputs.Results.Any(r => r.Result is SentFrame))
            throw RetryingServer.Lost("The socket was lost while images were being sent through it.");
        foreach (var translated in attempt.Translator.Apply(new ExecutionSucceeded(), clock.GetUtcNow()))
            attempt.Outbox.Add(translated);
        return outputs;
    }
}
