using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>A node class.</summary>
/// <param name="Inputs">Its inputs by name, required ones first.</param>
/// <param name="Outputs">The types of its outputs; null if the catalog does not list them.</param>
/// <param name="IsOutput">Whether it is an output node (SaveImage).</param>
/// <param name="IsCustom">Whether it comes from a node pack, which may check link types itself.</param>
internal sealed record NodeClass(
    IReadOnlyDictionary<string, NodeInputSpec> Inputs, IReadOnlyList<string>? Outputs, bool IsOutput, bool IsCustom)
{
    /// <summary>The inputs that a node of this class has, given the values sent, as ComfyUI determines them before it validates.</summary>
    public IEnumerable<NodeInputSpec> InputsFor(JsonObject sent) => Expand(Inputs.Values, sent);

    /// <summary>The input of this name, whatever choice makes it appear.</summary>
    public IEnumerable<NodeInputSpec> Named(string name) => Inputs.TryGetValue(name, out var input)
        ? [input]
        : name.Contains('.', StringComparison.Ordinal) ? All(Inputs.Values).Where(i => i.Name == name) : [];

    private static IEnumerable<NodeInputSpec> Expand(IEnumerable<NodeInputSpec> inputs, JsonObject sent) => inputs.SelectMany(input => input switch
    {
        { IsGroup: true } => input.Brings.SelectMany(b => b.Inputs),
        // A choice that is missing or unknown adds no inputs, and ComfyUI accepts that.
        { IsDynamicChoice: true } => Chosen(input, sent) is { } chosen ? [input, .. Expand(chosen.Inputs, sent)] : [],
        { IsSlot: true } => sent.ContainsKey(input.Name) ? [input, .. Expand(input.Brings.SelectMany(b => b.Inputs), sent)] : [],
        _ => [input],
    });

    private static BroughtInputs? Chosen(NodeInputSpec input, JsonObject sent) =>
        sent[input.Name] is JsonValue value && value.TryGetValue(out JsonElement key) ? input.Brings.FirstOrDefault(b => JsonElement.DeepEquals(b.Key, key)) : null;

    private static IEnumerable<NodeInputSpec> All(IEnumerable<NodeInputSpec> inputs) =>
        inputs.SelectMany(i => All(i.Brings.SelectMany(b => b.Inputs)).Prepend(i));
}
