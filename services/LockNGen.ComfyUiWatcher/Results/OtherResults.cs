using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>Fetches the results of other people's prompts, like those of a generation.</summary>
internal sealed partial class OtherResults(ResultStore store, ILogger<OtherResults> logger)
{
    /// <inheritdoc cref="StoreOtherResults"/>
    public async Task<IReadOnlyList<GenerationImage>> StoreAsync(
        OtherPromptAnswer place, ComfyUiClient comfyUi, IReadOnlyList<PromptResult> results, CancellationToken cancellationToken)
    {
        var prompt = new PromptPlan { ImageIndex = 1, Inputs = [] };
        var work = new GenerationWork
        {
            Attempt = 1,
            Workflow = default,
            Prompts = [prompt],
            UploadUrl = place.UploadUrl,
            UploadToken = place.UploadToken,
            MaxFileBytes = place.MaxFileBytes,
        };
        var images = new List<GenerationImage>();
        for (var i = 0; i < results.Count; i++)
        {
            try
            {
                images.Add((await store.PutAsync(work, new ResultPlace(prompt, i + 1, results.Count), results[i], comfyUi, cancellationToken)).Image);
            }
            catch (Exception e) when (e is FileProblemException or GenerationEndedException or StaleAttemptException)
            {
                LogLeftOut(ResultName.Of(results[i]), place.GenerationId, (e as GenerationEndedException)?.Outcome.ToString() ?? e.Message);
            }
        }

        return images;
    }

    [LoggerMessage(LogLevel.Warning, "{Result} of another client's prompt {GenerationId} is left out: {Reason}")]
    private partial void LogLeftOut(string result, Guid generationId, string reason);
}
