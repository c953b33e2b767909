using System.Text.Json;

namespace LockNGen.GenerationApi.Instances;

/// <summary>
/// What an instance can do, from ComfyUI's <c>/object_info</c>: its node classes with their inputs, and among the choices of those inputs
/// the models, samplers and schedulers that exist.
/// </summary>
internal sealed class NodeCatalog
{
    private readonly Dictionary<string, NodeClass> _classes = [];

    private NodeCatalog()
    {
    }

    /// <summary>All node classes.</summary>
    public IReadOnlyDictionary<string, NodeClass> Classes => _classes;

    /// <summary>The choices of an input, if it has a list of them.</summary>
    public IReadOnlyList<string>? ChoicesOf(string classType, string input) =>
        _classes.GetValueOrDefault(classType)?.Inputs.GetValueOrDefault(input)?.Choices;

    /// <summary>Reads <c>/object_info</c>; what it does not understand of a class it leaves open, for custom nodes invent their own.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public static NodeCatalog Parse(JsonElement objectInfo)
    {
        if (objectInfo.ValueKind != JsonValueKind.Object)
            throw new JsonException("object_info is not an object.");
        var catalog = new NodeCatalog();
        foreach (var node in objectInfo.EnumerateObject())
        {
            if (node.Value.ValueKind == JsonValueKind.Object)
                catalog._classes[node.Name] = ReadClass(node.Value);
        }

        return catalog;
    }

    private static NodeClass ReadClass(JsonElement node)
    {
        var inputs = new Dictionary<string, NodeInputSpec>();
        if (node.TryGetProperty("input", out var groups) && groups.ValueKind == JsonValueKind.Object)
        {
            Read("required", isRequired: true);
            Read("optional", isRequired: false);
        }

        var isOutput = node.TryGetProperty("output_node", out var output) && output.ValueKind == JsonValueKind.True;
        return new NodeClass(inputs, isOutput);

        void Read(string group, bool isRequired)
        {
            if (!groups.TryGetProperty(group, out var members) || members.ValueKind != JsonValueKind.Object)
                return;
            foreach (var input in members.EnumerateObject())
                inputs[input.Name] = ReadInput(input.Value, isRequired);
        }
    }

    /// <summary><c>["INT", {min, max}]</c>, <c>[["a", "b"], {...}]</c> or, newer, <c>["COMBO", {options: [...]}]</c>.</summary>
    private static NodeInputSpec ReadInput(JsonElement spec, bool isRequired)
    {
        if (spec.ValueKind != JsonValueKind.Array || spec.GetArrayLength() == 0)
            return new NodeInputSpec { IsRequired = isRequired };
        var type = spec[0];
        var options = spec.GetArrayLength() > 1 && spec[1].ValueKind == JsonValueKind.Object ? spec[1] : default;
        var choices = type.ValueKind == JsonValueKind.Array ? type : Member(options, "options");
        return new NodeInputSpec
        {
            IsRequired = isRequired,
            Type = type.ValueKind == JsonValueKind.String ? type.GetString() : "COMBO",
            Min = Number(options, "min"),
            Max = Number(options, "max"),
            IsUpload = Member(options, "image_upload").ValueKind == JsonValueKind.True || Member(options, "upload").ValueKind == JsonValueKind.True,
            Choices = choices.ValueKind == JsonValueKind.Array && choices.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String)
                ? [.. choices.EnumerateArray().Select(c => c.GetString()!)]
                : null,
        };
    }

    private static JsonElement Member(JsonElement options, string name) =>
        options.ValueKind == JsonValueKind.Object && options.TryGetProperty(name, out var value) ? value : default;

    private static double? Number(JsonElement options, string name) =>
        Member(options, name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;
}

/// <summary>A node class.</summary>
/// <param name="Inputs">Its inputs by name.</param>
/// <param name="IsOutput">Whether it is worth running for itself (SaveImage).</param>
internal sealed record NodeClass(IReadOnlyDictionary<string, NodeInputSpec> Inputs, bool IsOutput);

/// <summary>An input of a node class.</summary>
internal sealed record NodeInputSpec
{
    public bool IsRequired { get; init; }

    /// <summary>INT, FLOAT, STRING, BOOLEAN, COMBO, or the type of a link.</summary>
    public string? Type { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>The list that the value must be in; null without a list.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Whether the choices are uploaded files, which come and go.</summary>
    public bool IsUpload { get; init; }
}
