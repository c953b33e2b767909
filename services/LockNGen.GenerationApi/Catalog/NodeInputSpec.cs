using System.Text.Json;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>An input of a node class.</summary>
internal sealed record NodeInputSpec
{
    /// <summary>As workflows name it; members of a group or of a choice have the group's name and a dot in front.</summary>
    public required string Name { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>INT, FLOAT, STRING, BOOLEAN, COMBO, the type of a link or several with commas, <c>*</c> for any.</summary>
    public string Type { get; init; } = "*";

    public JsonElement Min { get; init; }

    public JsonElement Max { get; init; }

    /// <summary>What ComfyUI's editor would send; the server itself takes no defaults.</summary>
    public string? Default { get; init; }

    /// <summary>The list that the value must be in; null if there is none, or none that binds.</summary>
    public ChoiceList? Choices { get; init; }

    /// <summary>Whether several choices may be given as a list.</summary>
    public bool IsMultiselect { get; init; }

    /// <summary>Whether it names a file: the node looks for it itself, wherever it is, and the list does not bind.</summary>
    public bool IsUpload { get; init; }

    /// <summary>The files that lay there when the catalog was read, for an input that names one.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>Whether ComfyUI's page draws another number for each prompt: it is a seed, whatever its name.</summary>
    public bool IsRandomized { get; init; }

    /// <summary>Whether ComfyUI's page can change the number from prompt to prompt, as it can with seeds and with constants that feed them.</summary>
    public bool IsControlled { get; init; }

    /// <summary>Inputs that it brings: of a growing group always, of a choice or slot depending on what was sent.</summary>
    public IReadOnlyList<BroughtInputs> Brings { get; init; } = [];

    /// <summary>A growing group is no input itself.</summary>
    public bool IsGroup => Type == "COMFY_AUTOGROW_V3";

    public bool IsDynamicChoice => Type == "COMFY_DYNAMICCOMBO_V3";

    public bool IsSlot => Type == "COMFY_DYNAMICSLOT_V3";

    /// <summary>Whether servers may differ in the values that it takes.</summary>
    public bool HasList => Choices is not null || IsDynamicChoice;

    /// <summary>How this server writes one of its choices; null if it does not have it. What is not bound to a list is written as it is.</summary>
    public string? SpellingOf(string value) => this switch
    {
        { Choices: { } choices } => choices.SpellingOf(value),
        { IsDynamicChoice: true } => Brings.Any(b => b.Key.ValueKind == JsonValueKind.String && b.Key.ValueEquals(value)) ? value : null,
        _ => value,
    };
}

/// <summary>Inputs that another one brings.</summary>
/// <param name="Key">The choice that brings them; undefined if there is no choice.</param>
/// <param name="Inputs">The inputs, with their full names.</param>
internal sealed record BroughtInputs(JsonElement Key, IReadOnlyList<NodeInputSpec> Inputs);
