using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>One input: <c>["INT", {"default": 20, "min": 1, "max": 10000}]</c> or <c>[["euler", "heun"], {}]</c>.</summary>
internal sealed class InputSpec
{
    private static readonly string[] UploadFlags = ["image_upload", "video_upload", "audio_upload", "file_upload"];

    private JsonArray? _raw;

    private InputSpec(string name, string type, JsonObject config)
    {
        Name = name;
        Type = type;
        Config = config;
    }

    public string Name { get; }

    /// <summary>INT, FLOAT, STRING, BOOLEAN, a link type such as MODEL, <c>*</c> for any, or COMBO with <see cref="Choices"/>.</summary>
    public string Type { get; }

    public JsonObject Config { get; }

    /// <summary>The allowed values of a list, read each time, because uploads add to some.</summary>
    public Func<IReadOnlyList<JsonNode?>>? Choices { get; private init; }

    /// <summary>Whether it names a file, which the node checks itself: the list is not binding.</summary>
    public bool IsUpload => UploadFlags.Any(Config.ContainsKey);

    /// <summary>Whether a list may hold several of its values at once.</summary>
    public bool IsMultiselect => Config["multiselect"] is JsonValue value && value.TryGetValue(out bool several) && several;

    public bool IsRequired { get; private init; } = true;

    public static InputSpec Link(string name, string type, string? tooltip = null) => new(name, type, Tooltip(tooltip));

    public static InputSpec Int(string name, long value, long min, long max, Action<JsonObject>? more = null) =>
        new(name, "INT", Configure(new JsonObject { ["default"] = value, ["min"] = min, ["max"] = max }, more));

    /// <summary>A seed: any unsigned 64-bit number.</summary>
    public static InputSpec Seed(string name, string tooltip) => new(name, "INT", new JsonObject
    {
        ["default"] = 0, ["min"] = 0, ["max"] = ulong.MaxValue, ["control_after_generate"] = true, ["tooltip"] = tooltip,
    });

    public static InputSpec Float(string name, double value, double min, double max, Action<JsonObject>? more = null) =>
        new(name, "FLOAT", Configure(
            new JsonObject { ["default"] = PythonText.Float(value), ["min"] = PythonText.Float(min), ["max"] = PythonText.Float(max) }, more));

    public static InputSpec Text(string name, string value = "", Action<JsonObject>? more = null) =>
        new(name, "STRING", Configure(new JsonObject { ["default"] = value }, more));

    public static InputSpec Boolean(string name, bool value) => new(name, "BOOLEAN", new JsonObject { ["default"] = value });

    public static InputSpec Choice(string name, IReadOnlyList<string> choices, string? tooltip = null, Action<JsonObject>? more = null) =>
        Choice(name, () => choices, tooltip, more);

    /// <summary>An input as in a live server's <c>/object_info</c>: <c>["INT", {...}]</c>, <c>[["a", "b"], {...}]</c> or <c>["COMBO", {"options": [...]}]</c>.</summary>
    public static InputSpec FromJson(string name, JsonArray spec, bool isRequired)
    {
        var config = spec.Count > 1 && spec[1] is JsonObject given ? given.DeepClone().AsObject() : [];
        var list = spec.Count > 0 ? spec[0] as JsonArray : null;
        var type = list is not null ? "COMBO" : spec.Count > 0 && spec[0] is JsonValue ? spec[0]!.ToString() : "*";
        // The options of a remote list are up to the page; some servers list none at all.
        var isOpen = config.ContainsKey("remote") || config.ContainsKey("remote_combo");
        List<JsonNode?>? choices = type != "COMBO" || isOpen ? null : [.. list ?? config["options"] as JsonArray ?? []];
        return new InputSpec(name, type, config) { Choices = choices is null ? null : () => choices, IsRequired = isRequired, _raw = spec };
    }

    public static InputSpec Choice(string name, Func<IReadOnlyList<string>> choices, string? tooltip = null, Action<JsonObject>? more = null) =>
        new(name, "COMBO", Configure(Tooltip(tooltip), more)) { Choices = () => [.. choices().Select(c => (JsonNode?)c)] };

    /// <summary>The same input under another name, for members of a growing group.</summary>
    public InputSpec Named(string name, bool isRequired) => new(name, Type, Config) { Choices = Choices, IsRequired = isRequired, _raw = _raw };

    public InputSpec Optional() => new(Name, Type, Config) { Choices = Choices, IsRequired = false };

    /// <summary>As quoted by validation errors, and shown by <c>/object_info</c>.</summary>
    public JsonArray ToJson() => _raw?.DeepClone().AsArray() ?? new JsonArray(
        Choices is null ? Type : new JsonArray([.. Choices().Select(c => c?.DeepClone())]),
        Config.DeepClone());

    private static JsonObject Tooltip(string? tooltip) => tooltip is null ? [] : new JsonObject { ["tooltip"] = tooltip };

    private static JsonObject Configure(JsonObject config, Action<JsonObject>? more)
    {
        more?.Invoke(config);
        return config;
    }
}
