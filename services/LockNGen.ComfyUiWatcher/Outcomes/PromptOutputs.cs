using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Outcomes;

/// <summary>The results of a prompt, in the order in which people count them, and the warnings about it.</summary>
internal sealed record PromptOutputs(IReadOnlyList<PromptResult> Results)
{
    /// <summary>There were more results than are kept.</summary>
    public bool IsCut { get; init; }

    public IReadOnlyList<GenerationWarning> Warnings { get; init; } = [];

    /// <summary>Without previews, unless there is nothing else, or they are requested.</summary>
    public IReadOnlyList<PromptResult> Select(bool includeTemp) =>
        includeTemp || !Results.Any(r => r.IsSaved) ? Results : [.. Results.Where(r => !r.IsPreview)];
}

/// <summary>One result, and the node of the submitted workflow that made it.</summary>
internal sealed record PromptResult(string NodeId, NodeResult Result)
{
    public string? NodeTitle { get; init; }

    /// <summary>ComfyUI lists it from an earlier run.</summary>
    public bool WasCached { get; init; }

    public bool IsPreview => Result is OutputFile { IsTemp: true };

    public bool IsSaved => Result is OutputFile { IsTemp: false } or SentFrame;

    /// <summary>Saved files, then previews, then texts.</summary>
    public int Rank => IsSaved ? 0 : IsPreview ? 1 : 2;
}

/// <summary>A picture received through the socket.</summary>
internal sealed record SentFrame(PreviewFrame Frame) : NodeResult("images");
