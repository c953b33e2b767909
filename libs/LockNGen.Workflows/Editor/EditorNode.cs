using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Editor;

/// <summary>A node as the editor saves it.</summary>
internal sealed record EditorNode
{
    private const int Muted = 2;
    private const int Bypassed = 4;

    public required string Id { get; init; }
    public required string Type { get; init; }
    public string? Title { get; init; }
    public int Mode { get; init; }
    public int Order { get; init; }
    public IReadOnlyList<EditorInput> Inputs { get; init; } = [];
    public IReadOnlyList<EditorOutput> Outputs { get; init; } = [];

    /// <summary>The values of its fields: usually a list without names, sometimes an object.</summary>
    public JsonElement Values { get; init; }

    /// <summary>The same by name, which newer editors write as well.</summary>
    public JsonElement NamedValues { get; init; }

    public JsonElement Properties { get; init; }

    /// <summary>Neither the node nor its outputs exist.</summary>
    public bool IsMuted => Mode == Muted;

    /// <summary>Its inputs pass through it unchanged.</summary>
    public bool IsBypassed => Mode == Bypassed;

    public static EditorNode? Read(JsonElement element)
    {
        if (element.Member("id")?.Id() is not { } id || element.Text("type") is not { } type)
            return null;
        var values = element.Member("widgets_values") ?? default;
        return new EditorNode
        {
            Id = id,
            Type = type,
            Title = element.Text("title"),
            Mode = element.Member("mode")?.Integer() ?? 0,
            Order = element.Member("order")?.Integer() ?? 0,
            Inputs = [.. element.Items("inputs").Select(EditorInput.Read)],
            Outputs = [.. element.Items("outputs").Select(o => new EditorOutput(o.Text("name") ?? "", EditorInput.TypeOf(o)))],
            Values = values,
            NamedValues = values.ValueKind == JsonValueKind.Object ? values : element.Member("widgets_values_named") ?? default,
            Properties = element.Member("properties") ?? default,
        };
    }
}

/// <summary>A socket on the left of a node.</summary>
/// <param name="Name">The name of the input.</param>
/// <param name="Type">What can be linked to it.</param>
/// <param name="Link">The link that ends here.</param>
/// <param name="Field">The field whose value a link replaces.</param>
internal sealed record EditorInput(string Name, string Type, string? Link, string? Field)
{
    public static EditorInput Read(JsonElement element) => new(
        element.Text("name") ?? "", TypeOf(element), element.Member("link")?.Id(), element.Member("widget")?.Text("name"));

    /// <summary>The type of a socket; anything but a string accepts all types.</summary>
    public static string TypeOf(JsonElement element) => element.Text("type") ?? "*";
}

/// <summary>A socket on the right of a node.</summary>
internal sealed record EditorOutput(string Name, string Type);
