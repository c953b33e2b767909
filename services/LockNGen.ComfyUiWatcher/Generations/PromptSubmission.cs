using System.Net;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>Submits prompts so that none runs twice: only while the server is ours, and never again before looking for the lost one.</summary>
internal sealed partial class PromptSubmission(
    AttemptContext attempt, ComfyUiInstance instance, RetryingServer server, LeaseKeeper leases, string previewMethod, TimeProvider clock, ILogger logger)
{
    /// <summary>Submits a prompt that is already being followed.</summary>
    /// <returns>False if ComfyUI does not have the prompt, and another submission may succeed.</returns>
    /// <exception cref="GenerationEndedException">ComfyUI refuses it.</exception>
    /// <exception cref="StaleAttemptException">The server is not ours any more.</exception>
    /// <exception cref="ComfyUiException">It is too large for the server, or something other than ComfyUI answers.</exception>
    public async Task<bool> SubmitAsync(TrackedPrompt prompt, int imageIndex, JsonObject workflow, bool lastTry, CancellationToken cancellationToken)
    {
        await leases.ConfirmAsync(instance, cancellationToken);
        var request = new PromptRequest
        {
            Workflow = NodeTitles.Complete(workflow),
            PromptId = prompt.PromptId,
            ClientId = prompt.ClientId,
            ExtraData = PromptExtraData.Of(
                new PromptMarker(attempt.GenerationId, imageIndex, attempt.Number, instance.Name) { Installation = leases.Installation.Id },
                previewMethod,
                attempt.Work.ExtraData,
                instance.WithPartnerKey(attempt.Work.Secrets)),
        };
        try
        {
            var answer = await instance.CallAsync((client, token) => client.SubmitAsync(request, token), cancellationToken);
            instance.NoteTaken();
            if (answer.PromptId is { } id && id != prompt.PromptId)
            {
                LogNumbered(instance.Name, prompt.PromptId, id);
                instance.Renumber(prompt, id);
            }

            prompt.LeaveOut(answer.Rejection);
            if (answer.Rejection.Nodes.Count > 0)
                LogPartial(attempt.GenerationId, instance.Name, GenerationErrors.Of(answer.Rejection).Message);
        }
        catch (PromptRejectedException e)
        {
            var error = GenerationErrors.Of(e.Rejection);
            throw e.Rejection.LacksSomething ? new GenerationEndedException(new GenerationOutcome.Lost(error) { WasRefused = true }) : Refused(error);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            LogUnanswered(attempt.GenerationId, prompt.PromptId, instance.Name, e.Message);
            // A gateway may have timed out after the prompt got through.
            if (!await server.HasAsync(prompt.PromptId, cancellationToken))
            {
                if (e is UnusableServerException or ComfyUiException { Status: HttpStatusCode.RequestEntityTooLarge })
                    throw;
                // An error within ComfyUI or a custom node there, which another server may not have: it says nothing about the workflow.
                return e is ComfyUiException && lastTry
                    ? throw new GenerationEndedException(new GenerationOutcome.Lost(GenerationErrors.Error(
                        GenerationErrorCodes.ComfyUiLost, $"{instance.Name} does not take the workflow: {e.Message}", retryable: true)))
                    : false;
            }
        }

        prompt.Accept(clock.GetUtcNow());
        instance.Poke();
        return true;
    }

    private static GenerationEndedException Refused(GenerationError error) => new(new GenerationOutcome.Failed(error));

    [LoggerMessage(LogLevel.Warning, "{Instance} leaves out part of {GenerationId}: {Reason}")]
    private partial void LogPartial(Guid generationId, string instance, string reason);

    [LoggerMessage(LogLevel.Information, "{Instance} assigns its own prompt ids: {PromptId} is {OwnId} there")]
    private partial void LogNumbered(string instance, string promptId, string ownId);

    [LoggerMessage(LogLevel.Warning, "{Instance} did not answer the submission of prompt {PromptId} of {GenerationId}: {Reason}")]
    private partial void LogUnanswered(Guid generationId, string promptId, string instance, string reason);
}
