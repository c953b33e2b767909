using System.Text.Json;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>An input of a node class.</summary>
internal sealed record NodeInputSpec
{
    /// <summary>Its name in workflows; members of a group or of a choice are prefixed with the group's name and a dot.</summary>
    public required string Name { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>INT, FLOAT, STRING, BOOLEAN, COMBO, the type of a link or several with commas, <c>*</c> for any.</summary>
    public string Type { get; init; } = "*";

    public JsonElement Min { get; init; }

    public JsonElement Max { get; init; }

    /// <summary>The value that ComfyUI's editor would send; the server itself applies no defaults.</summary>
    public string? Default { get; init; }

    /// <summary>The list that must contain the value; null if there is none, or none that is binding.</summary>
    public ChoiceList? Choices { get; init; }

    /// <summary>Whether several choices may be given as a list.</summary>
    public bool IsMultiselect { get; init; }

    /// <summary>Whether it names a file: the node looks for it itself, wherever it is, and the list is not binding.</summary>
    public bool IsUpload { get; init; }

    /// <summary>The files that existed when the catalog was read, for an input that names one.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>Whether ComfyUI's page picks a new number for each prompt: it is a seed, whatever its name.</summary>
    public bool IsRandomized { get; init; }

    /// <summary>Whether ComfyUI's page can change the number from prompt to prompt, as it can with seeds and with constants that feed them.</summary>
    public bool IsControlled { get; init; }

    /// <summary>Inputs that come with it: for a growing group always, for a choice or slot depending on the value sent.</summary>
    public IReadOnlyList<BroughtInputs> Brings { get; init; } = [];

    /// <summary>A growing group is not itself an input.</summary>
    public bool IsGroup => Type == "COMFY_AUTOGROW_V3";

    public bool IsDynamicChoice => Type == "COMFY_DYNAMICCOMBO_V3";

    public bool IsSlot => Type == "COMFY_DYNAMICSLOT_V3";

    /// <summary>Whether servers may differ in the values they accept for it.</summary>
    public bool HasList => Choices is not null || IsDynamicChoice;

    /// <summary>This server's spelling of one of its choices; null if it does not have it. A value not bound to a list is returned as it is.</summary>
    public string? SpellingOf(string value) => this switch
    {
        { Choices: { } choices } => choices.SpellingOf(value),
        { IsDynamicChoice: true } => Brings.Any(b => b.Key.ValueKind == JsonValueKind.String && b.Key.ValueEquals(value)) ? value : null,
        _ => value,
    };
}

/// <summary>Inputs that come with another one.</summary>
/// <param name="Key">The choice that they come with; undefined if there is no choice.</param>
/// <param name="Inputs">The inputs, with their full names.</param>
internal sealed record BroughtInputs(JsonElement Key, IReadOnlyList<NodeInputSpec> Inputs);
