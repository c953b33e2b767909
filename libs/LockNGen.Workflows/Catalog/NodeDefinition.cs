using System.Text.Json;

namespace LockNGen.Workflows.Catalog;

/// <summary>A node class.</summary>
public sealed record NodeDefinition
{
    private static readonly string[] Kinds = ["required", "optional"];

    public required string Name { get; init; }

    /// <summary>Its display name.</summary>
    public required string Title { get; init; }

    /// <summary>Whether it is an output node, which is run for its own sake.</summary>
    public required bool IsOutput { get; init; }

    /// <summary>In the order in which the editor shows them.</summary>
    public required IReadOnlyList<InputDefinition> Inputs { get; init; }

    /// <summary>The types of its outputs.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>The input with this name, including those that come with a choice.</summary>
    public InputDefinition? Find(string name) => Find(Inputs, name);

    internal static NodeDefinition Read(string name, JsonElement element)
    {
        var input = element.Member("input") ?? default;
        return new NodeDefinition
        {
            Name = name,
            Title = element.Text("display_name") is { Length: > 0 } title ? title : name,
            IsOutput = element.IsTrue("output_node"),
            Inputs = [.. InOrder(element, input, "required"), .. InOrder(element, input, "optional")],
            Outputs = [.. element.Items("output").Select(o => o.ValueKind == JsonValueKind.String ? o.GetString()! : "COMBO")],
        };
    }

    internal static IEnumerable<InputDefinition> ReadInputs(JsonElement inputs, string prefix) =>
        from kind in Kinds
        from member in inputs.Members(kind)
        let read = InputDefinition.Read(prefix + member.Name, member.Value, kind == "required")
        where read is not null
        select read;

    private static InputDefinition? Find(IEnumerable<InputDefinition> inputs, string name)
    {
        foreach (var input in inputs)
        {
            if (input.Name == name)
                return input;
            if (name.StartsWith(input.Name + ".", StringComparison.Ordinal) && (input.Member(name) ?? Find(input.Choices.SelectMany(c => input.BroughtBy(c)), name)) is { } inner)
                return inner;
        }

        return null;
    }

    // Python keeps the order of its inputs; where it is given separately, that order is the one to trust.
    private static List<InputDefinition> InOrder(JsonElement element, JsonElement input, string kind)
    {
        var inputs = new Dictionary<string, InputDefinition>(StringComparer.Ordinal);
        foreach (var member in input.Members(kind))
        {
            if (InputDefinition.Read(member.Name, member.Value, kind == "required") is { } read)
                inputs[member.Name] = read;
        }

        var order = (element.Member("input_order") ?? default).Items(kind).Select(o => o.Id()).OfType<string>().ToList();
        return [.. order.Where(inputs.ContainsKey).Concat(inputs.Keys.Except(order)).Distinct().Select(n => inputs[n])];
    }
}
