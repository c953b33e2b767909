using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>What is known about a workflow without knowing any instance: its seeds, its size, and whether it asks for anything that is not allowed.</summary>
internal sealed class WorkflowInspection(NodePolicy policy, Microsoft.Extensions.Options.IOptions<SubmitOptions> options)
{
    private const int MaxErrors = 20;

    /// <summary>Reports what is not allowed, whether it would run or not.</summary>
    public void Check(WorkflowGraph graph, List<ProblemError> errors)
    {
        var limits = options.Value;
        if (graph.Nodes.Count > limits.MaxNodes)
            errors.Add(new ProblemError { Field = "workflow", Code = ErrorCodes.TooMany, Message = $"The workflow has {graph.Nodes.Count} nodes; {limits.MaxNodes} are allowed." });
        else
            errors.AddRange(graph.Nodes.Where(n => !policy.Allows(n.ClassType)).Take(MaxErrors).Select(n => NodeErrors.Of(n, null, ErrorCodes.ForbiddenNodeClass, $"Nodes of class '{n.ClassType}' are not allowed here.")));
    }

    /// <summary>Reports nodes that would ask for too much, among those that would run.</summary>
    public void CheckLimits(WorkflowGraph graph, IReadOnlySet<string> reached, List<ProblemError> errors)
    {
        var limits = options.Value;
        foreach (var node in graph.Nodes.Where(n => reached.Contains(n.Id)))
        {
            if (errors.Count >= MaxErrors)
                return;
            if (ConstantValues.Of(graph, node, "steps") is { } steps && steps > limits.MaxSteps)
                errors.Add(NodeErrors.Of(node, "steps", ErrorCodes.OutOfRange, $"steps is {steps}; at most {limits.MaxSteps} are allowed."));
            if (Pixels(graph, node) is { } pixels && pixels > limits.MaxPixels)
                errors.Add(NodeErrors.Of(node, "width", ErrorCodes.OutOfRange, $"width x height x batch_size is {pixels:N0} pixels; at most {limits.MaxPixels:N0} are allowed."));
            if (node.Text(FilenamePrefix.InputName) is { } prefix && FilenamePrefix.FindProblem(prefix) is { } problem)
                errors.Add(NodeErrors.Of(node, FilenamePrefix.InputName, ErrorCodes.ForbiddenPath, problem));
        }
    }

    /// <summary>Reports broken links if no catalog says which nodes would run.</summary>
    public static void CheckLinks(WorkflowGraph graph, List<ProblemError> errors) => errors.AddRange(
        (from node in graph.Nodes
         from input in node.Inputs
         where node.SourceOf(input.Key) is { } source && graph.Find(source) is null
         select NodeErrors.Of(node, input.Key, ErrorCodes.BadLink, InputCheck.NoSuchNode(input.Key, input.Value!))).Take(MaxErrors));

    /// <summary>Gives results names under which they can be fetched.</summary>
    public static void MendPrefixes(WorkflowGraph graph)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.Text(FilenamePrefix.InputName) is { } prefix && FilenamePrefix.Mend(prefix) is { } mended)
                node.Inputs[FilenamePrefix.InputName] = JsonNode.Parse(JsonSerializer.Serialize(mended));
        }
    }

    /// <summary>Work of one prompt: megapixels x steps, at least a little.</summary>
    public static double Units(WorkflowGraph graph)
    {
        var steps = graph.Nodes.Sum(n => ConstantValues.Of(graph, n, "steps") is { } s and > 0 ? s : 0);
        var pixels = graph.Nodes.Max(n => Pixels(graph, n) ?? 0);
        return Math.Max(1, steps) * Math.Max(0.0625, pixels / 1_000_000.0);
    }

    /// <summary>Workflows with the same node classes have the same shape.</summary>
    public static string Shape(WorkflowGraph graph) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', graph.Nodes.Select(n => n.ClassType).Order(StringComparer.Ordinal)))).AsSpan(0, 12));

    private static long? Pixels(WorkflowGraph graph, WorkflowNode node)
    {
        if (Of("width") is not { } width || Of("height") is not { } height || width <= 0 || height <= 0)
            return null;
        // The product of three untrusted int64 may overflow; a value that is too large stays too large.
        var pixels = (decimal)width * height * Math.Max(1, Of("batch_size") ?? 1);
        return pixels > long.MaxValue ? long.MaxValue : (long)pixels;

        long? Of(string input) => ConstantValues.Of(graph, node, input);
    }
}
