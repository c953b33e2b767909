using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Results;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The files of one attempt: inputs uploaded to ComfyUI, results delivered to the API, and what has been stored so far.</summary>
internal sealed class GenerationFiles(
    AttemptContext attempt, ComfyUiInstance instance, ResultStore store, GenerationOutbox outbox, GenerationWarnings warnings, TimeProvider clock)
{
    private readonly List<GenerationImage> _images = [];
    private readonly List<string> _missing = [];

    /// <summary>What this attempt and earlier ones have stored.</summary>
    public IReadOnlyList<GenerationImage> Images => [.. _images.OrderBy(i => i.Index)];

    /// <summary>The outcome once everything was rendered: failed if no result could be stored.</summary>
    public GenerationOutcome Outcome => _images.Count > 0 || _missing.Count == 0
        ? new GenerationOutcome.Completed()
        : new GenerationOutcome.Failed(GenerationErrors.Error(GenerationErrorCodes.StorageFailed, string.Join(" ", _missing), retryable: true));

    /// <summary>Announces to readers again what earlier attempts have stored.</summary>
    public void AnnounceStored()
    {
        foreach (var stored in attempt.Work.StoredImages.OrderBy(s => s.Image.Index))
            Announce(stored.Image, stored.ImageIndex);
    }

    /// <summary>Whether an earlier attempt has stored everything a prompt makes.</summary>
    public bool AreStored(PromptPlan prompt)
    {
        var stored = attempt.Work.StoredImages.Where(s => s.ImageIndex == prompt.ImageIndex).ToList();
        return stored.Count > 0 && stored.Count >= stored[0].Files;
    }

    /// <summary>Uploads the files that the workflow reads to ComfyUI.</summary>
    public async Task SendInputsAsync(WorkflowPlan plan, CancellationToken cancellationToken)
    {
        foreach (var file in attempt.Work.InputFiles)
        {
            var name = Path.GetFileName(file.Name);
            var stored = await instance.CallAsync(
                (client, token) => client.UploadAsync(name, again => store.OpenAsync(attempt.Work, file, again), token), cancellationToken);
            plan.Rename(file.Name, stored);
        }
    }

    /// <summary>Stores what a prompt has made; what cannot be fetched is reported, and does not affect the rest.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="outputs">What it made.</param>
    /// <param name="mayRenderAgain">Whether results that ComfyUI only lists from an earlier run may be rendered again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The nodes to render again, because the files of their earlier run are gone.</returns>
    public async Task<IReadOnlyList<string>> StoreAsync(PromptPlan prompt, PromptOutputs outputs, bool mayRenderAgain, CancellationToken cancellationToken)
    {
        var results = outputs.Select(attempt.Work.IncludeTemp);
        var gone = new HashSet<string>();
        for (var i = 0; i < results.Count; i++)
        {
            var result = results[i];
            try
            {
                var place = new ResultPlace(prompt, i + 1, results.Count);
                var (image, hasMetadata) = await instance.CallAsync((client, until) => store.PutAsync(attempt.Work, place, result, client, until), cancellationToken);
                if (hasMetadata)
                    warnings.Add(GenerationWarningCodes.MetadataKept, $"{ResultName.Of(result)} still contains its metadata, which may reveal the workflow.", result.NodeId);
                Announce(image, prompt.ImageIndex);
            }
            catch (FileProblemException e) when (e.IsGone && result.WasCached && mayRenderAgain)
            {
                gone.Add(result.NodeId);
            }
            catch (FileProblemException e)
            {
                Miss(result, e);
            }
        }

        foreach (var warning in outputs.Warnings)
            warnings.Add(warning);
        if (outputs.IsCut)
            warnings.Add(GenerationWarningCodes.ResultsCut, "The workflow made more results than are kept of one prompt; the rest was left out.");
        return [.. gone];
    }

    private void Miss(PromptResult result, FileProblemException problem)
    {
        var message = $"{ResultName.Of(result)} {problem.Message}.";
        _missing.Add(message);
        warnings.Add(GenerationWarningCodes.ResultMissing, message, result.NodeId);
    }

    private void Announce(GenerationImage image, int imageIndex)
    {
        if (_images.RemoveAll(i => i.Index == image.Index) == 0)
        {
            outbox.Add(new TranslatedEvent(new GenerationImageCompleted
            {
                GenerationId = attempt.GenerationId,
                Sequence = 0,
                Timestamp = clock.GetUtcNow(),
                Data = new GenerationImageCompletedData { Image = image, ImageIndex = imageIndex, TotalImages = attempt.Work.Prompts.Count },
            }));
        }

        _images.Add(image);
    }
}
