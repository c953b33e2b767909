using System.Text.Json;

namespace LockNGen.Contracts;

/// <summary>GenerationApi to watcher: the answer to <see cref="ClaimGeneration"/>.</summary>
public sealed record ClaimDecision
{
    /// <summary>Whether the watcher may render it.</summary>
    public required bool Granted { get; init; }

    /// <summary>When refused: why, for the log.</summary>
    public string? Reason { get; init; }

    /// <summary>When granted: everything needed to render it.</summary>
    public GenerationWork? Work { get; init; }
}

/// <summary>A granted attempt.</summary>
public sealed record GenerationWork
{
    /// <summary>The fencing number: uploads and reports of a stale attempt are refused.</summary>
    public required int Attempt { get; init; }

    /// <summary>Which try this is, counted from 1: for <see cref="GenerationStartedData.Attempt"/>. Absent from older APIs.</summary>
    public int? Try { get; init; }

    /// <summary>
    /// The sequence of the newest event before this attempt, for <see cref="GenerationEvent.StateSequence"/> of its first event. Absent from older APIs.
    /// </summary>
    public long? StateSequence { get; init; }

    /// <summary>How many seconds all its prompts are expected to take, learned from past durations.</summary>
    public double EstimatedSeconds { get; init; }

    /// <summary>Goes into the header <see cref="EventHeaders.Owner"/> of every event.</summary>
    public string? Owner { get; init; }

    /// <summary>Goes into the header <see cref="EventHeaders.TraceParent"/> of every event.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The workflow in ComfyUI's API format; each prompt applies its own <see cref="PromptPlan.Inputs"/> to it.</summary>
    public required JsonElement Workflow { get; init; }

    /// <summary>The prompts, in the order of their <see cref="PromptPlan.ImageIndex"/>.</summary>
    public required IReadOnlyList<PromptPlan> Prompts { get; init => field = value ?? []; }

    /// <summary>Files that the workflow reads; the watcher uploads them to ComfyUI before the first prompt.</summary>
    public IReadOnlyList<InputFile> InputFiles { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Where results go: <c>PUT {UploadUrl}/{imageIndex}/{file}?files={n}&amp;seed={seed}</c>, imageIndex = the prompt from 1, file = from 1
    /// within the prompt (saved files, then previews, then texts; each by node id, then in ComfyUI's order), files = how many the prompt made.
    /// Optional: <c>node</c>, <c>title</c>, <c>key</c>, <c>filename</c>, <c>subfolder</c>, <c>source</c> as in <see cref="GenerationImage"/>, and
    /// <c>kind=text</c> for a text, whose body is UTF-8. Answered with the stored <see cref="GenerationImage"/>; repeating it is harmless. 413: the
    /// file is too large, and retrying does not help.
    /// </summary>
    public required string UploadUrl { get; init; }

    /// <summary>Bearer token for <see cref="UploadUrl"/> and for <see cref="InputFile.Url"/>, valid for this attempt only.</summary>
    public required string UploadToken { get; init; }

    /// <summary>The largest file that <see cref="UploadUrl"/> accepts, in bytes; absent if it is not known.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>Whether previews (files of type <c>temp</c>) also count as results if the workflow saves something.</summary>
    public bool IncludeTemp { get; init; }

    /// <summary>Files stored by earlier attempts.</summary>
    public IReadOnlyList<StoredImage> StoredImages { get; init => field = value ?? []; } = [];

    /// <summary>The overall progress that readers have already seen, 0-100: the watcher must not publish less.</summary>
    public int OverallProgress { get; init; }

    /// <summary>Seconds since the first attempt started, for <see cref="GenerationCompletedData.DurationSeconds"/>.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Warnings of the submission, which the terminal event repeats.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];

    /// <summary>The submitter's <c>extraData</c>, an object: goes into ComfyUI's <c>extra_data</c> beside the watcher's own keys.</summary>
    public JsonElement? ExtraData { get; init; }

    /// <summary>
    /// Secret keys for <c>extra_data</c> (<c>api_key_comfy_org</c>). They must not appear in any log, event or file: a watcher passes them to ComfyUI and forgets them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>One prompt of a generation.</summary>
public sealed record PromptPlan
{
    /// <summary>Which prompt, from 1.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>Its seed, if the workflow has one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Values to set in the workflow before it is submitted (the seeds).</summary>
    public IReadOnlyList<InputValue> Inputs { get; init => field = value ?? []; } = [];
}

/// <summary>One value to set in a workflow: <c>workflow[NodeId].inputs[Name] = Value</c>.</summary>
public sealed record InputValue
{
    /// <summary>The node.</summary>
    public required string NodeId { get; init; }

    /// <summary>The input of that node.</summary>
    public required string Name { get; init; }

    /// <summary>The value.</summary>
    public required JsonElement Value { get; init; }
}

/// <summary>A file that the workflow reads (LoadImage and the like).</summary>
public sealed record InputFile
{
    /// <summary>
    /// The name that the workflow refers to. ComfyUI may store it under another name; the watcher replaces every string input equal to
    /// this one with the name that ComfyUI returned.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Where the watcher downloads its bytes.</summary>
    public required string Url { get; init; }
}

/// <summary>A file that is already stored.</summary>
public sealed record StoredImage
{
    /// <summary>The prompt that made it, from 1.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>Which file of that prompt, from 1.</summary>
    public required int File { get; init; }

    /// <summary>How many files that prompt made: the prompt is finished when all are stored.</summary>
    public required int Files { get; init; }

    /// <summary>The file as readers know it.</summary>
    public required GenerationImage Image { get; init; }
}
