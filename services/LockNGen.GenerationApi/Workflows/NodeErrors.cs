namespace LockNGen.GenerationApi.Workflows;

/// <summary>Errors of a workflow's nodes.</summary>
internal static class NodeErrors
{
    public static ProblemError Of(WorkflowNode node, string? input, string code, string message) =>
        new() { Field = "workflow", NodeId = node.Id, NodeType = node.ClassType, Input = input, Code = code, Message = message };
}
