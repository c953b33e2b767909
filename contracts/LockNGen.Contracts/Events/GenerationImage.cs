namespace LockNGen.Contracts;

/// <summary>
/// One result of a generation: a file that a node saved or sent, or the text that it returned. The name dates from when there were only images; see
/// <see cref="Kind"/>.
/// </summary>
public record GenerationImage
{
    /// <summary>Counts the files of the generation from 1; the same file keeps its index across attempts.</summary>
    public required int Index { get; init; }

    /// <summary>Where its bytes are: <c>/api/generations/{id}/images/{index}</c>; absolute when <c>PublicUrl</c> is set.</summary>
    public required string Url { get; init; }

    /// <summary>The media type, for example <c>image/png</c> or <c>video/mp4</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>Width in pixels; 0 if it is not known (audio, some videos).</summary>
    public int Width { get; init; }

    /// <summary>Height in pixels; 0 if it is not known.</summary>
    public int Height { get; init; }

    /// <summary>
    /// The seed of the prompt that made it, if the workflow has one: 0 to 2^64-1, exact as a JSON number. JavaScript rounds numbers above
    /// 2^53; read <see cref="SeedText"/> there.
    /// </summary>
    public ulong? Seed { get; init; }

    /// <summary><see cref="Seed"/> in decimal digits, for readers whose numbers are doubles.</summary>
    public string? SeedText { get; init; }

    /// <summary>What it is, by its bytes: one of <see cref="GenerationResultKinds"/>. Absent in events of versions before 0.2: see <see cref="ContentType"/> then.</summary>
    public string? Kind { get; init; }

    /// <summary>The node of the submitted workflow that made it.</summary>
    public string? NodeId { get; init; }

    /// <summary>The title of that node, if its author gave it one.</summary>
    public string? NodeTitle { get; init; }

    /// <summary>The key under which ComfyUI listed it in the node's output, for example <c>images</c>, <c>gifs</c>, <c>audio</c> or <c>text</c>.</summary>
    public string? OutputKey { get; init; }

    /// <summary>Its name in ComfyUI, without folders; absent for results sent through the socket and for text.</summary>
    public string? Filename { get; init; }

    /// <summary>Its folder below ComfyUI's output or temp folder; absent at the top.</summary>
    public string? Subfolder { get; init; }

    /// <summary><c>output</c> (saved) or <c>temp</c> (a preview of the workflow's author).</summary>
    public string? Source { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long? Bytes { get; init; }

    /// <summary>Its playing time in seconds, if it is easy to read.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of its bytes.</summary>
    public string? Hash { get; init; }

    /// <summary>With kind <c>text</c>: the text (possibly empty), up to <see cref="MaxInlineText"/> characters; the full text is at <see cref="Url"/>.</summary>
    public string? Text { get; init; }

    /// <summary>The maximum length of <see cref="Text"/> in characters.</summary>
    public const int MaxInlineText = 16_384;

    /// <summary>The maximum length of all texts of a generation together, in characters; the others have only their <see cref="Url"/>.</summary>
    public const int MaxInlineTexts = 65_536;
}
