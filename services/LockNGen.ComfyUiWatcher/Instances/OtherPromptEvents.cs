using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using Microsoft.AspNetCore.StaticFiles;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>The two events that a watcher can derive from another client's prompt, under fixed numbers: published twice, they count once.</summary>
internal static class OtherPromptEvents
{
    private const int Attempt = 1;
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public static GenerationStarted Started(string instance, Guid id, DateTimeOffset now) => new()
    {
        GenerationId = id,
        Sequence = GenerationSequence.Of(Attempt, 1),
        Timestamp = now,
        Data = new GenerationStartedData { Instance = instance, Attempt = Attempt, TotalImages = 1 },
    };

    public static GenerationEvent Outcome(
        Guid id, PromptHistory entry, IReadOnlyList<GenerationImage> images, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var (started, sequence) = (GenerationSequence.Of(Attempt, 1), GenerationSequence.Of(Attempt, 2));
        if (entry.Succeeded)
        {
            return new GenerationCompleted
            {
                GenerationId = id,
                Sequence = sequence,
                StateSequence = started,
                Timestamp = now,
                Data = new GenerationCompletedData { Images = images, DurationSeconds = Math.Round((now - startedAt).TotalSeconds, 3) },
            };
        }

        return entry.Interrupted
            ? new GenerationCancelled
            {
                GenerationId = id,
                Sequence = sequence,
                StateSequence = started,
                Timestamp = now,
                Data = new GenerationCancelledData { Reason = "comfyui", Images = images },
            }
            : new GenerationFailed
            {
                GenerationId = id,
                Sequence = sequence,
                StateSequence = started,
                Timestamp = now,
                Data = new GenerationFailedData { Error = GenerationErrors.Of(entry.Exception, graph: null), Images = images },
            };
    }

    /// <summary>The files, at ComfyUI's own addresses. Texts have none.</summary>
    public static IReadOnlyList<GenerationImage> ByAddress(Uri server, IReadOnlyList<PromptResult> results) =>
        [.. results.Where(r => r.Result is OutputFile).Select((r, i) => ByAddress(server, i + 1, r.NodeId, (OutputFile)r.Result))];

    private static GenerationImage ByAddress(Uri server, int index, string nodeId, OutputFile file)
    {
        // Judged by its name: the file itself is not fetched.
        var contentType = ContentTypes.TryGetContentType(file.Filename, out var known) ? known : "application/octet-stream";
        return new GenerationImage
        {
            Index = index,
            Url = new Uri(server, file.Address).AbsoluteUri,
            ContentType = contentType,
            Kind = contentType.Split('/')[0] switch
            {
                "image" => GenerationResultKinds.Image,
                "video" => GenerationResultKinds.Video,
                "audio" => GenerationResultKinds.Audio,
                "model" => GenerationResultKinds.Model,
                _ => GenerationResultKinds.File,
            },
            NodeId = nodeId,
            OutputKey = file.Key,
            Filename = file.Filename[(file.Filename.LastIndexOfAny(['/', '\\']) + 1)..],
            Subfolder = file.Subfolder.Length == 0 ? null : file.Subfolder,
            Source = file.Type,
        };
    }
}
