using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>One input: <c>["INT", {"default": 20, "min": 1, "max": 10000}]</c> or <c>[["euler", "heun"], {}]</c>.</summary>
internal sealed class InputSpec
{
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

    /// <summary>The allowed values of a list, asked anew each time, because uploads add to some.</summary>
    public Func<IReadOnlyList<string>>? Choices { get; private init; }

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

    public static InputSpec Choice(string name, Func<IReadOnlyList<string>> choices, string? tooltip = null, Action<JsonObject>? more = null) =>
        new(name, "COMBO", Configure(Tooltip(tooltip), more)) { Choices = choices };

    public InputSpec Optional() => new(Name, Type, Config) { Choices = Choices, IsRequired = false };

    /// <summary>As a validation error quotes it, and as <c>/object_info</c> shows it.</summary>
    public JsonArray ToJson() => new(
        Choices is null ? Type : new JsonArray([.. Choices().Select(c => (JsonNode)c)]),
        Config.DeepClone());

    private static JsonObject Tooltip(string? tooltip) => tooltip is null ? [] : new JsonObject { ["tooltip"] = tooltip };

    private static JsonObject Configure(JsonObject config, Action<JsonObject>? more)
    {
        more?.Invoke(config);
        return config;
    }
}
