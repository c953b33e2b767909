using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Problems;

namespace LockNGen.GenerationApi.Submit;

/// <summary>A workflow in ComfyUI's API format: nodes by id, each with a class and inputs that are values or links to other nodes.</summary>
internal sealed class WorkflowGraph
{
    private WorkflowGraph(IReadOnlyList<WorkflowNode> nodes) => Nodes = nodes;

    /// <summary>Its nodes.</summary>
    public IReadOnlyList<WorkflowNode> Nodes { get; }

    /// <summary>Reads a workflow; null when it is none, with the reasons in <paramref name="errors"/>.</summary>
    public static WorkflowGraph? Read(JsonObject workflow, List<ProblemError> errors)
    {
        if (workflow["nodes"] is JsonArray)
        {
            errors.Add(Error(ErrorCodes.NotApiFormat, "This is the format of ComfyUI's editor. Export the workflow in API format (Workflow > Export (API))."));
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
            if (value is not JsonObject node || node["class_type"]?.GetValueKind() != JsonValueKind.String)
                errors.Add(Error(ErrorCodes.NotApiFormat, $"Node '{id}' is not an object with a class_type.") with { NodeId = id });
            else if (node["inputs"] is not JsonObject inputs)
                errors.Add(Error(ErrorCodes.NotApiFormat, $"Node '{id}' has no inputs; ComfyUI needs at least an empty object.") with { NodeId = id });
            else
                nodes.Add(new WorkflowNode(id, (string)node["class_type"]!, inputs));
        }

        return errors.Count == 0 ? new WorkflowGraph(nodes) : null;
    }

    private static ProblemError Error(string code, string message) => new() { Field = "workflow", Code = code, Message = message };
}

/// <summary>A node of a workflow.</summary>
internal sealed record WorkflowNode(string Id, string ClassType, JsonObject Inputs)
{
    /// <summary>An input that is a whole number.</summary>
    public long? Integer(string input) =>
        Inputs[input] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.GetValue<JsonElement>().TryGetInt64(out var number)
            ? number
            : null;

    /// <summary>An input that is text.</summary>
    public string? Text(string input) => Inputs[input] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
