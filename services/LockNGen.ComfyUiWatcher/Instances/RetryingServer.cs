using System.Net;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>Calls a server for a caller that depends on the answer: retries until the server is given up.</summary>
internal sealed class RetryingServer(ComfyUiInstance instance, TimeProvider clock)
{
    /// <summary>Between two tries, and between two checks for a prompt that may be on its way.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private const int MaxTries = 15;
    private const int LooksAtTheQueued = 2;

    public Task<QueueSnapshot> GetQueueAsync(CancellationToken cancellationToken) =>
        ReachAsync((client, token) => client.GetQueueAsync(token), cancellationToken);

    /// <summary>What is known about a prompt that has ended, from the history or, if that has nothing, from the jobs of newer servers.</summary>
    public Task<PromptHistory?> GetHistoryAsync(string promptId, CancellationToken cancellationToken) =>
        ReachAsync(async (client, token) => await FindHistoryAsync(client, promptId, token) ?? await client.GetJobAsync(promptId, token), cancellationToken);

    /// <inheritdoc cref="ComfyUiClient.GetNewestHistoryAsync"/>
    public Task<IReadOnlyList<(string PromptId, PromptHistory Entry)>> GetNewestHistoryAsync(CancellationToken cancellationToken) =>
        ReachAsync((client, token) => client.GetNewestHistoryAsync(token), cancellationToken);

    /// <summary>
    /// How a prompt that has left the queue ended. The history may lag behind for a moment; a deleted prompt never appears in it; and someone
    /// may clear it. A prompt that is still in the queue after three checks has not ended, no matter what was reported.
    /// </summary>
    public async Task<(bool HasEnded, PromptHistory? Entry)> ConfirmEndAsync(string promptId, CancellationToken cancellationToken)
    {
        for (var look = 0; ; look++)
        {
            if (await GetHistoryAsync(promptId, cancellationToken) is { } entry)
                return (true, entry);
            var queued = (await GetQueueAsync(cancellationToken)).Find(promptId) is not null;
            if (look >= (queued ? LooksAtTheQueued : 1))
                return (!queued, null);
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>Whether a prompt whose submission was not answered has arrived nevertheless. It may arrive late, so one check is not enough.</summary>
    public async Task<bool> HasAsync(string promptId, CancellationToken cancellationToken)
    {
        for (var look = 0; look < 2; look++)
        {
            await Task.Delay(Pause * look, clock, cancellationToken);
            if ((await GetQueueAsync(cancellationToken)).Find(promptId) is not null || await GetHistoryAsync(promptId, cancellationToken) is not null)
                return true;
        }

        return false;
    }

    /// <summary>The render is lost, and may be repeated.</summary>
    public static GenerationEndedException Lost(string message) =>
        new(new GenerationOutcome.Lost(GenerationErrors.Error(GenerationErrorCodes.ComfyUiLost, message, retryable: true)));

    private static async Task<PromptHistory?> FindHistoryAsync(ComfyUiClient client, string promptId, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetHistoryAsync(promptId, cancellationToken);
        }
        catch (ComfyUiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Gone)
        {
            return null;
        }
    }

    private async Task<T> ReachAsync<T>(Func<ComfyUiClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await instance.CallAsync(call, cancellationToken);
            }
            catch (Exception e) when (ComfyUiResilience.IsFailure(e))
            {
                if (tries == MaxTries)
                    throw Lost("The ComfyUI server does not answer.");
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }
}
