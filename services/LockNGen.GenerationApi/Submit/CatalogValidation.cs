using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Problems;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// Checks a workflow against what the instances can do. It passes if any of them can; else the errors are those of the instance that
/// comes closest. Instances whose catalog is not known yet decide nothing.
/// </summary>
internal static class CatalogValidation
{
    private const int MaxSuggestions = 5;

    public static IReadOnlyList<ProblemError> Check(
        WorkflowGraph graph, IReadOnlyList<NodeInput> openModels, IReadOnlySet<string> uploads, IReadOnlyList<NodeCatalog> catalogs)
    {
        List<ProblemError>? best = null;
        foreach (var catalog in catalogs)
        {
            var errors = Check(graph, openModels, uploads, catalog);
            if (best is null || errors.Count < best.Count)
                best = errors;
            if (best.Count == 0)
                break;
        }

        return best ?? [];
    }

    private static List<ProblemError> Check(
        WorkflowGraph graph, IReadOnlyList<NodeInput> openModels, IReadOnlySet<string> uploads, NodeCatalog catalog)
    {
        var errors = new List<ProblemError>();
        foreach (var node in graph.Nodes)
        {
            if (!catalog.Classes.TryGetValue(node.ClassType, out var known))
            {
                var near = NearestNames.Of(node.ClassType, catalog.Classes.Keys, MaxSuggestions);
                errors.Add(Error(node, null, ErrorCodes.UnknownNodeClass, $"No instance has nodes of class '{node.ClassType}'.{Suggest(near)}"));
                continue;
            }

            foreach (var (name, spec) in known.Inputs)
            {
                var isOpen = openModels.Any(m => m.NodeId == node.Id && m.Name == name);
                if (isOpen)
                    CheckOpenModel(node, name, spec, errors);
                else if (node.Inputs[name] is { } value)
                    CheckValue(node, name, value, spec, uploads, errors);
                else if (spec.IsRequired)
                    errors.Add(Error(node, name, ErrorCodes.MissingInput, $"The required input {name} is missing."));
            }
        }

        if (errors.Count == 0 && !graph.Nodes.Any(n => catalog.Classes[n.ClassType].IsOutput))
            errors.Add(new ProblemError { Field = "workflow", Code = ErrorCodes.NoOutput, Message = "The workflow has no output node (SaveImage, for example), so nothing would run." });
        return errors;
    }

    private static void CheckOpenModel(WorkflowNode node, string name, NodeInputSpec spec, List<ProblemError> errors)
    {
        if (spec.Choices is { Count: 0 })
            errors.Add(Error(node, name, ErrorCodes.MissingModel, "No instance has a model for this: put a checkpoint into ComfyUI's models folder."));
    }

    private static void CheckValue(WorkflowNode node, string name, JsonNode value, NodeInputSpec spec, IReadOnlySet<string> uploads, List<ProblemError> errors)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.Array or JsonValueKind.Object:
                return; // a link, or what only the node itself understands
            case JsonValueKind.Number:
                CheckNumber(node, name, value, spec, errors);
                return;
            case JsonValueKind.String when spec.Choices is { } choices && (string)value! is { } text && !choices.Contains(text):
                if (spec.IsUpload && uploads.Contains(text))
                    return;
                var isModel = ModelFolders.Of(node.ClassType, name) is not null;
                errors.Add(Error(
                    node,
                    name,
                    isModel ? ErrorCodes.MissingModel : ErrorCodes.NotAChoice,
                    $"{name} '{text}' is not one of the {choices.Count} that exist.{Suggest(NearestNames.Of(text, choices, MaxSuggestions))}"));
                return;
            case JsonValueKind.String when spec.Type is "INT" or "FLOAT":
                errors.Add(Error(node, name, ErrorCodes.WrongType, $"{name} must be a number."));
                return;
        }
    }

    private static void CheckNumber(WorkflowNode node, string name, JsonNode value, NodeInputSpec spec, List<ProblemError> errors)
    {
        if (spec.Type is not ("INT" or "FLOAT"))
            return;
        var number = value.GetValue<JsonElement>().GetDouble();
        if (number < spec.Min || number > spec.Max)
            errors.Add(Error(node, name, ErrorCodes.OutOfRange, FormattableString.Invariant($"{name} is {number}; it must be between {spec.Min} and {spec.Max}.")));
    }

    private static string Suggest(IReadOnlyList<string> names) => names.Count == 0 ? "" : $" Nearest: {string.Join(", ", names)}.";

    private static ProblemError Error(WorkflowNode node, string? input, string code, string message) =>
        new() { Field = "workflow", NodeId = node.Id, NodeType = node.ClassType, Input = input, Code = code, Message = message };
}
