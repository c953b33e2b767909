using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Hosting;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>A workflow in ComfyUI's API format: nodes by id, each with a class and inputs that are values or links to other nodes.</summary>
internal sealed class WorkflowGraph
{
    /// <summary>Ids, names of classes and of inputs: each is repeated in every prompt of a batch, in events and in errors.</summary>
    public const int MaxNameLength = 256;
    private const int MaxInputs = 1_000;
    private const int MaxErrors = 20;

    private readonly Dictionary<string, WorkflowNode> _byId;

    public WorkflowGraph(IReadOnlyList<WorkflowNode> nodes)
    {
        Nodes = nodes;
        _byId = nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
    }

    /// <summary>Its nodes.</summary>
    public IReadOnlyList<WorkflowNode> Nodes { get; }

    public WorkflowNode? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>
    /// Reads a workflow; null if it is not one, with the reasons in <paramref name="errors"/>. Nodes without inputs get an empty object, because a
    /// node without one that no output needs kills ComfyUI's only worker.
    /// </summary>
    public static WorkflowGraph? Read(JsonObject workflow, List<ProblemError> errors)
    {
        if (workflow["nodes"] is JsonArray)
        {
            errors.Add(Error(
                ErrorCodes.NotApiFormat,
                "This is the format of ComfyUI's editor. In the editor, choose Workflow > Export (API), and send the file that it writes."));
            return null;
        }

        if (workflow.Count == 0)
        {
            errors.Add(Error(ErrorCodes.NoOutput, "The workflow has no nodes."));
            return null;
        }

        var nodes = new List<WorkflowNode>(workflow.Count);
        foreach (var (id, value) in workflow)
        {
            if (FindProblem(id, value) is { } problem)
                errors.Add(problem);
            else
                nodes.Add(ReadNode(id, value!.AsObject()));
            if (errors.Count >= MaxErrors)
                break;
        }

        return errors.Count == 0 ? new WorkflowGraph(nodes) : null;
    }

    private static WorkflowNode ReadNode(string id, JsonObject node)
    {
        if (node["inputs"] is not JsonObject inputs)
            node["inputs"] = inputs = [];
        Unwrap(inputs);
        return new WorkflowNode(id, (string)node["class_type"]!, inputs);
    }

    /// <summary><c>{"__value__": 5}</c> is 5, as for ComfyUI: what checks a value must see it. A list stays wrapped; bare, it would be a link.</summary>
    private static void Unwrap(JsonObject inputs)
    {
        foreach (var (name, value) in inputs.Select(i => (i.Key, Value: (i.Value as JsonObject)?["__value__"] as JsonValue)).Where(i => i.Value is not null).ToList())
            inputs[name] = value!.DeepClone();
    }

    private static ProblemError? FindProblem(string id, JsonNode? value)
    {
        if (id.Length > MaxNameLength)
            return TooLong(id, "The id of a node", id);
        if (value is not JsonObject node)
            return Error(ErrorCodes.NotApiFormat, $"Node '{id}' is not an object with a class_type.") with { NodeId = id };
        if (node["class_type"]?.GetValueKind() != JsonValueKind.String)
            return Error(ErrorCodes.NotApiFormat, $"Node '{id}' has no class_type, the name of its class.") with { NodeId = id };
        if (((string)node["class_type"]!).Length > MaxNameLength)
            return TooLong(id, "The class_type", (string)node["class_type"]!);
        if (node["inputs"] is not (null or JsonObject))
            return Error(ErrorCodes.NotApiFormat, $"The inputs of node '{id}' are not an object.") with { NodeId = id };
        if (node["inputs"] is JsonObject { Count: > MaxInputs })
            return Error(ErrorCodes.TooMany, $"Node '{id}' has more than {MaxInputs} inputs.") with { NodeId = id };
        if ((node["inputs"] as JsonObject)?.FirstOrDefault(i => i.Key.Length > MaxNameLength).Key is { } name)
            return TooLong(id, "The name of an input", name);
        return null;
    }

    private static ProblemError TooLong(string id, string what, string value) =>
        Error(ErrorCodes.OutOfRange, $"{what} has {value.Length} characters ('{value.Shorten(40)}'); at most {MaxNameLength} are allowed.") with { NodeId = Quoted.Short(id) };

    private static ProblemError Error(string code, string message) => new() { Field = "workflow", Code = code, Message = message };
}
