using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The workflow of a claim, prepared for each of its prompts.</summary>
internal sealed class WorkflowPlan(JsonElement workflow)
{
    private const string CacheBreaker = "lockngen_anew";

    private readonly Dictionary<string, string> _storedNames = [];

    /// <summary>ComfyUI stored an input file under this name.</summary>
    public void Rename(string name, string storedName) => _storedNames[name] = storedName;

    /// <summary>The workflow with the inputs of this prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="again">Nodes that must run even if cached: they get an input that no node reads but that is part of the cache key.</param>
    /// <exception cref="GenerationEndedException">It must not be sent to ComfyUI.</exception>
    public JsonObject For(PromptPlan prompt, IReadOnlyList<string>? again = null)
    {
        if (workflow.ValueKind != JsonValueKind.Object)
            throw Invalid("The workflow is not a JSON object.");
        var nodes = JsonObject.Create(workflow.Clone())!.DeepClone().AsObject();
        foreach (var (id, node) in nodes)
            Check(id, node);
        foreach (var input in prompt.Inputs)
        {
            var inputs = nodes[input.NodeId]?["inputs"]?.AsObject() ?? throw Invalid($"There is no node {input.NodeId} on which to set '{input.Name}'.");
            inputs[input.Name] = JsonNode.Parse(input.Value.GetRawText());
        }

        foreach (var node in again ?? [])
        {
            if (nodes[node]?["inputs"] is JsonObject inputs)
                inputs[CacheBreaker] = Guid.NewGuid().ToString("n");
        }

        foreach (var inputs in nodes.Select(n => n.Value!["inputs"]!.AsObject()))
        {
            foreach (var (name, value) in inputs.ToList())
            {
                if (value is JsonValue text && text.TryGetValue<string>(out var file) && _storedNames.TryGetValue(file, out var stored))
                    inputs[name] = stored;
            }
        }

        return nodes;
    }

    // An unconnected node without "inputs" passes ComfyUI's validation, and then kills its only worker thread for good.
    private static void Check(string id, JsonNode? node)
    {
        if (id == "nodes" && node is JsonArray)
            throw Invalid("This is a workflow as ComfyUI's page saves it. Export it with \"Export (API)\" instead.");
        if (node is not JsonObject { } known || known["class_type"] is not JsonValue type || type.GetValueKind() != JsonValueKind.String)
            throw Invalid($"Node {id} has no class_type.", id);
        if (known["inputs"] is not JsonObject)
            throw Invalid($"Node {id} ({type}) has no inputs; an empty object is enough.", id, type.ToString());
    }

    private static GenerationEndedException Invalid(string message, string? nodeId = null, string? nodeType = null) =>
        new(new GenerationOutcome.Failed(
            GenerationErrors.Error(GenerationErrorCodes.InvalidWorkflow, message) with { NodeId = nodeId, NodeType = nodeType }));
}
