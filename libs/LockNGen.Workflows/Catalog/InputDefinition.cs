using System.Text.Json;

namespace LockNGen.Workflows.Catalog;

/// <summary>An input of a node class: <c>[type, options]</c> in ComfyUI's notation.</summary>
public sealed record InputDefinition
{
    internal const string Combo = "COMBO";
    internal const string DynamicCombo = "COMFY_DYNAMICCOMBO_V3";
    internal const string Growing = "COMFY_AUTOGROW_V3";

    // Types for which the editor has a field, not only a socket.
    private static readonly HashSet<string> WithField =
    [
        "INT", "FLOAT", "BOOLEAN", "STRING", "MARKDOWN", Combo, DynamicCombo, "COLOR", "COLORS", "IMAGECOMPARE", "BOUNDING_BOX", "BOUNDING_BOXES",
        "CHART", "GALLERIA", "PAINTER", "COMPOSITOR", "TEXTAREA", "CURVE", "RANGE", "VIDEO_EDIT", "RESOLUTION_PREVIEW", "LOAD_3D",
        "LOAD_3D_ANIMATION", "WEBCAM", "AUDIO_RECORD",
    ];

    public required string Name { get; init; }
    public required string Type { get; init; }
    public required bool IsRequired { get; init; }

    /// <summary>The other options from ComfyUI: default, min, max, step, multiline...</summary>
    public required JsonElement Options { get; init; }

    /// <summary>The values of a list; none for other types.</summary>
    public required IReadOnlyList<JsonElement> Choices { get; init; }

    /// <summary>Whether people enter a value for it, where nothing is linked to it.</summary>
    public bool HasField => !Options.IsTrue("forceInput") && WithField.Contains(FieldType);

    /// <summary>The type of its field, where it differs from that of its links.</summary>
    public string FieldType => Options.Text("widgetType") ?? Type;

    public bool IsList => FieldType is Combo or DynamicCombo;

    /// <summary>Whether the editor adds a field that says how the value changes after each run.</summary>
    internal bool HasControl => Options.Member("control_after_generate") is { } control
        ? control.ValueKind is JsonValueKind.True or JsonValueKind.String
        : FieldType == "INT" && Name is "seed" or "noise_seed";

    /// <summary>What the editor enters; null for types without a field.</summary>
    internal JsonElement? Default
    {
        get
        {
            if (Options.Member("default") is { ValueKind: not JsonValueKind.Null } control)
                return control;
            return FieldType switch
            {
                _ when IsList => Choices.Count > 0 ? Choices[0] : null,
                "INT" or "FLOAT" => JsonReading.From("0"),
                "BOOLEAN" => JsonReading.From("false"),
                "STRING" => JsonReading.From("\"\""),
                _ => null,
            };
        }
    }

    /// <summary>Reads one; null if it is not one.</summary>
    internal static InputDefinition? Read(string name, JsonElement spec, bool isRequired)
    {
        if (spec.ValueKind != JsonValueKind.Array || spec.GetArrayLength() == 0)
            return null;
        var options = spec.GetArrayLength() > 1 && spec[1].ValueKind == JsonValueKind.Object ? spec[1] : default;
        if (spec[0].ValueKind == JsonValueKind.Array)
            return new() { Name = name, Type = Combo, IsRequired = isRequired, Options = options, Choices = [.. spec[0].EnumerateArray()] };
        if (spec[0].ValueKind != JsonValueKind.String)
            return null;
        var type = spec[0].GetString()!;
        IEnumerable<JsonElement> choices = type switch
        {
            Combo => options.Items("options"),
            DynamicCombo => options.Items("options").Select(o => o.Member("key")).OfType<JsonElement>(),
            _ => [],
        };
        return new() { Name = name, Type = type, IsRequired = isRequired, Options = options, Choices = [.. choices] };
    }

    /// <summary>The inputs that come with a choice of a <see cref="DynamicCombo"/>.</summary>
    internal IEnumerable<InputDefinition> BroughtBy(JsonElement choice) => Type != DynamicCombo ? [] : Options.Items("options")
        .Where(o => o.Member("key") is { } key && JsonElement.DeepEquals(key, choice))
        .SelectMany(o => NodeDefinition.ReadInputs(o.Member("inputs") ?? default, Name + "."));

    /// <summary>A member of a group that grows (<c>group.prefix3</c>), if this is such a group.</summary>
    internal InputDefinition? Member(string name)
    {
        if (Type != Growing || Options.Member("template") is not { } template || template.Member("input") is not { } input)
            return null;
        var members = NodeDefinition.ReadInputs(input, "").ToList();
        var rest = name.AsSpan(Name.Length + 1);
        var isNamed = template.Items("names").Any(n => n.Id() is { } control && name.AsSpan(Name.Length + 1).SequenceEqual(control));
        var prefix = template.Text("prefix") ?? "";
        foreach (var member in members)
        {
            if (isNamed || rest.StartsWith(members.Count == 1 ? prefix : member.Name, StringComparison.Ordinal))
                return member with { Name = name };
        }

        return null;
    }
}
