using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>Checks one node's inputs against its class as ComfyUI does, and returns the nodes they come from.</summary>
internal sealed class InputCheck(WorkflowGraph graph, IReadOnlyList<NodeInput> openModels, NodeCatalog catalog)
{
    public (IReadOnlyList<CatalogError> Errors, IReadOnlyList<string> Sources) Check(WorkflowNode node)
    {
        var errors = new List<CatalogError>();
        var sources = new List<string>();
        var known = catalog.Classes[node.ClassType];
        foreach (var spec in known.InputsFor(node.Inputs))
        {
            if (openModels.Any(m => m.NodeId == node.Id && m.Name == spec.Name))
            {
                if (spec.Choices is { Count: 0 })
                    Add(spec, ErrorCodes.MissingModel, "No instance has a model for this: put a checkpoint into ComfyUI's models folder.");
            }
            else if (!node.Inputs.TryGetPropertyValue(spec.Name, out var value))
            {
                if (spec.IsRequired)
                    Add(spec, ErrorCodes.MissingInput, $"The required input {spec.Name} ({Quoted.Short(spec.Type)}) is missing.{EditorsDefault(spec)}");
            }
            else if (value is JsonArray link)
            {
                if (FindLinkProblem(link, spec, known.IsCustom) is { } problem)
                    Add(spec, problem.Code, problem.Message);
                else
                    sources.Add((string)link[0]!);
            }
            else if (ValueCheck.FindProblem(node, spec, Unwrap(node, spec.Name)) is { } problem)
            {
                errors.Add(problem);
            }
        }

        // ComfyUI does not validate unknown inputs, but follows their links when it runs.
        foreach (var (name, value) in node.Inputs)
        {
            if (node.SourceOf(name) is { } source && graph.Find(source) is null && errors.All(e => e.Problem.Input != name))
                errors.Add(new(NodeErrors.Of(node, name, ErrorCodes.BadLink, NoSuchNode(name, value!))));
        }

        return (errors, sources);

        void Add(NodeInputSpec spec, string code, string message) => errors.Add(new(NodeErrors.Of(node, spec.Name, code, message)));
    }

    /// <summary>Workflows of older versions lack inputs added since.</summary>
    private static string EditorsDefault(NodeInputSpec spec) => spec.Default is { Length: > 0 } value ? $" ComfyUI's editor would send {Quoted.Short(value)}." : "";

    public static string NoSuchNode(string input, JsonNode link) => $"{input} is linked to node {Quoted.Short(link[0])}, which does not exist.";

    /// <summary><c>{"__value__": [...]}</c> is a list that is not a link.</summary>
    private static JsonElement Unwrap(WorkflowNode node, string input)
    {
        var value = node.Element(input);
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("__value__", out var inner) ? inner : value;
    }

    private (string Code, string Message)? FindLinkProblem(JsonArray link, NodeInputSpec spec, bool isCustom)
    {
        if (link.Count != 2)
            return (ErrorCodes.BadLink, $"{spec.Name} is {Quoted.Short(link)}: a list is a link and has two entries, [\"id of a node\", number of its output].");
        if (link[0] is not JsonValue id || !id.TryGetValue<string>(out var source) || graph.Find(source) is not { } from)
            return (ErrorCodes.BadLink, NoSuchNode(spec.Name, link));
        if (catalog.Classes[from.ClassType].Outputs is not { } outputs)
            return null;
        if (link[1] is not JsonValue slot || !slot.TryGetValue<int>(out var index) || index >= outputs.Count || index < -outputs.Count)
        {
            return (
                ErrorCodes.BadLink,
                $"{spec.Name} is linked to output {Quoted.Short(link[1])} of node '{source}' ({from.ClassType}), which has {outputs.Count} outputs, counted from 0.");
        }

        // Python counts from the end, too.
        var type = outputs[index < 0 ? index + outputs.Count : index];
        return isCustom || Fits(type, spec)
            ? null
            : (ErrorCodes.WrongType, $"{spec.Name} is linked to output {index} of node '{source}' ({from.ClassType}), which is {Quoted.Short(type)}; it must be {Quoted.Short(spec.Type)}.");
    }

    private static bool Fits(string received, NodeInputSpec spec)
    {
        if (received == spec.Type || spec.IsSlot || spec.IsDynamicChoice)
            return true;
        string[] wanted = spec.Type.Split(',', StringSplitOptions.TrimEntries), given = received.Split(',', StringSplitOptions.TrimEntries);
        return wanted.Concat(given).Any(t => t is "*" or "COMFY_MATCHTYPE_V3") || wanted.Intersect(given, StringComparer.Ordinal).Any();
    }
}
