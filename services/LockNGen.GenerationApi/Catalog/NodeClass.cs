using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>A node class.</summary>
/// <param name="Inputs">Its inputs by name, required ones first.</param>
/// <param name="Outputs">The types of its outputs; null if the catalog does not tell them.</param>
/// <param name="IsOutput">Whether it is worth running for itself (SaveImage).</param>
/// <param name="IsCustom">Whether it comes from a node pack, which may check types of links by itself.</param>
internal sealed record NodeClass(
    IReadOnlyDictionary<string, NodeInputSpec> Inputs, IReadOnlyList<string>? Outputs, bool IsOutput, bool IsCustom)
{
    /// <summary>The inputs that a node of this class has, given what it was sent, as ComfyUI finds them before it validates.</summary>
    public IEnumerable<NodeInputSpec> InputsFor(JsonObject sent) => Expand(Inputs.Values, sent);

    /// <summary>The input of this name, whatever has to be chosen for it to be there.</summary>
    public IEnumerable<NodeInputSpec> Named(string name) => Inputs.TryGetValue(name, out var input)
        ? [input]
        : name.Contains('.', StringComparison.Ordinal) ? All(Inputs.Values).Where(i => i.Name == name) : [];

    private static IEnumerable<NodeInputSpec> Expand(IEnumerable<NodeInputSpec> inputs, JsonObject sent) => inputs.SelectMany(input => input switch
    {
        { IsGroup: true } => input.Brings.SelectMany(b => b.Inputs),
        // What was not chosen, or is unknown, brings nothing, and ComfyUI does not mind.
        { IsDynamicChoice: true } => Chosen(input, sent) is { } chosen ? [input, .. Expand(chosen.Inputs, sent)] : [],
        { IsSlot: true } => sent.ContainsKey(input.Name) ? [input, .. Expand(input.Brings.SelectMany(b => b.Inputs), sent)] : [],
        _ => [input],
    });

    private static BroughtInputs? Chosen(NodeInputSpec input, JsonObject sent) =>
        sent[input.Name] is JsonValue value && value.TryGetValue(out JsonElement key) ? input.Brings.FirstOrDefault(b => JsonElement.DeepEquals(b.Key, key)) : null;

    private static IEnumerable<NodeInputSpec> All(IEnumerable<NodeInputSpec> inputs) =>
        inputs.SelectMany(i => All(i.Brings.SelectMany(b => b.Inputs)).Prepend(i));
}
