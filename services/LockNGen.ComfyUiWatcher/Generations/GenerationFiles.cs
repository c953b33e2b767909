using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Results;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The files of one attempt: inputs on their way into ComfyUI, results on their way into the API, and what was stored so far.</summary>
internal sealed class GenerationFiles(
    Guid generationId, GenerationWork work, ComfyUiInstance instance, ResultStore store, GenerationOutbox outbox, bool keepMetadata, TimeProvider clock)
{
    private readonly List<GenerationImage> _images = [];
    private readonly int _losses = instance.Losses;

    /// <summary>What was stored, by this attempt and earlier ones.</summary>
    public IReadOnlyList<GenerationImage> Images => [.. _images.OrderBy(i => i.Index)];

    /// <summary>Tells readers again of what earlier attempts have stored.</summary>
    public void AnnounceStored()
    {
        foreach (var stored in work.StoredImages.OrderBy(s => s.Image.Index))
            Announce(stored.Image, stored.ImageIndex);
    }

    /// <summary>Whether an earlier attempt has stored all that a prompt makes.</summary>
    public bool AreStored(PromptPlan prompt)
    {
        var stored = work.StoredImages.Where(s => s.ImageIndex == prompt.ImageIndex).ToList();
        return stored.Count > 0 && stored.Count >= stored[0].Files;
    }

    /// <summary>Gives ComfyUI the files that the workflow reads.</summary>
    public async Task SendInputsAsync(WorkflowPlan plan, CancellationToken cancellationToken)
    {
        foreach (var file in work.InputFiles)
        {
            var bytes = await store.GetAsync(work, file, cancellationToken);
            var name = Path.GetFileName(file.Name);
            plan.Rename(file.Name, await instance.CallAsync((client, token) => client.UploadImageAsync(name, bytes, token), cancellationToken));
        }
    }

    /// <summary>Stores what a prompt has made.</summary>
    public async Task StoreAsync(PromptPlan prompt, PromptOutputs outputs, CancellationToken cancellationToken)
    {
        var count = outputs.Files.Count + outputs.Frames.Count;
        var number = 0;
        foreach (var file in outputs.Files)
            await StoreAsync(prompt, ++number, count, (client, token) => OpenAsync(client, file, token), cancellationToken);
        foreach (var frame in outputs.Frames)
            await StoreAsync(prompt, ++number, count, (_, _) => Task.FromResult(Open(frame)), cancellationToken);
    }

    private async Task StoreAsync(
        PromptPlan prompt, int number, int count, Func<ComfyUiClient, CancellationToken, Task<FileContent>> open, CancellationToken cancellationToken)
    {
        var image = await instance.CallAsync(
            (client, until) => store.PutAsync(
                work, prompt, number, count, async token => new FinishedFile(await open(client, token), keepMetadata), until),
            cancellationToken);
        Announce(image, prompt.ImageIndex);
    }

    private static FileContent Open(PreviewFrame frame) => new(frame.ContentType, new MemoryStream(frame.Image, writable: false));

    private async Task<FileContent> OpenAsync(ComfyUiClient client, OutputFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await client.OpenFileAsync(file, cancellationToken);
        }
        catch (ComfyUiException e) when (instance.Losses == _losses)
        {
            // A cached run names the files of the run that made them, and somebody may have cleaned up since.
            throw new GenerationEndedException(new GenerationOutcome.Failed(GenerationErrors.Error(
                GenerationErrorCodes.StorageFailed, $"ComfyUI does not hand out {file.Filename} (HTTP {(int)e.Status}).", retryable: true)));
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            throw PatientServer.Lost("The ComfyUI server went away before its files were fetched.");
        }
    }

    private void Announce(GenerationImage image, int imageIndex)
    {
        if (_images.RemoveAll(i => i.Index == image.Index) == 0)
        {
            outbox.Add(new TranslatedEvent(new GenerationImageCompleted
            {
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = clock.GetUtcNow(),
                Data = new GenerationImageCompletedData { Image = image, ImageIndex = imageIndex, TotalImages = work.Prompts.Count },
            }));
        }

        _images.Add(image);
    }
}
