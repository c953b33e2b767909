using System.Globalization;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>A request for pictures, with OpenAI's parameters.</summary>
internal sealed record ImageRequest
{
    private const int MaxPictures = 10;
    private const int MaxPartialImages = 3;

    private static readonly string[] Known =
    [
        "model", "prompt", "n", "size", "quality", "response_format", "stream", "partial_images", "output_format", "output_compression", "background", "moderation",
        "style", "user", "input_fidelity", "image", "mask",
    ];

    public string? Model { get; init; }
    public required string Prompt { get; init; }
    public int Count { get; init; } = 1;
    public (int Width, int Height)? Size { get; init; }
    public string Quality { get; init; } = "auto";
    public bool WantsUrl { get; init; }
    public bool Stream { get; init; }
    public int PartialImages { get; init; }

    /// <summary>The requested size.</summary>
    public string SizeText => Size is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size.Width}x{size.Height}") : "auto";

    /// <summary>Reads it from names and values, which are strings in a form.</summary>
    public static (ImageRequest? Request, IResult? Refusal) Read(JsonObject body)
    {
        if (body.Select(m => m.Key).FirstOrDefault(k => !Known.Contains(k, StringComparer.Ordinal)) is { } unknown)
            return Refuse($"Unknown parameter: '{unknown}'.", unknown, "unknown_parameter");
        if (Text("prompt") is not { Length: > 0 } prompt)
            return Refuse("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter");
        if (Number("n", 1) is not (>= 1 and <= MaxPictures and var count))
            return Refuse($"Invalid 'n': it must be between 1 and {MaxPictures}.", "n", "integer_out_of_range");
        if (Number("partial_images", 0) is not (>= 0 and <= MaxPartialImages and var partial))
            return Refuse($"Invalid 'partial_images': it must be between 0 and {MaxPartialImages}.", "partial_images", "integer_out_of_range");
        if (Choice("quality", "auto", "low", "medium", "high", "standard", "hd") is not { } quality)
            return NotOne("quality", "'auto', 'low', 'medium', 'high', 'standard' and 'hd'");
        if (Choice("response_format", "b64_json", "url") is not { } format)
            return NotOne("response_format", "'b64_json' and 'url'");
        if (Choice("output_format", "png") is null)
            return NotOne("output_format", "'png'");
        var size = Text("size") ?? "auto";
        (int, int)? pixels = null;
        if (size != "auto")
        {
            var parts = size.Split('x');
            if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height))
                return NotOne("size", "'auto' and sizes such as '1024x1024'");
            pixels = (width, height);
        }

        return (new ImageRequest
        {
            Model = Text("model"),
            Prompt = prompt,
            Count = count,
            Size = pixels,
            Quality = quality,
            WantsUrl = format == "url",
            Stream = Text("stream") == "true",
            PartialImages = partial,
        }, null);

        string? Text(string name) => body[name] is JsonValue value ? value.TryGetValue<string>(out var text) ? text : value.ToJsonString() : null;

        int? Number(string name, int absent) => Text(name) is not { } text ? absent : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

        string? Choice(string name, params ReadOnlySpan<string> choices) => Text(name) is not { } text ? choices[0] : choices.Contains(text) ? text : null;

        (ImageRequest?, IResult?) NotOne(string name, string allowed) => Refuse($"Invalid value: '{Text(name)}'. Supported values are: {allowed}.", name, "invalid_value");

        static (ImageRequest?, IResult?) Refuse(string message, string param, string code) => (null, OpenAiResults.Refused(message, param, code));
    }
}
