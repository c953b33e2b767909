using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Problems;

namespace LockNGen.GenerationApi.Submit;

/// <summary>What can be told of a workflow without knowing any instance: its seeds, its size, and whether it asks for what it may not.</summary>
internal sealed class WorkflowInspection(NodePolicy policy, Microsoft.Extensions.Options.IOptions<SubmitOptions> options)
{
    private static readonly string[] SeedInputs = ["seed", "noise_seed"];

    /// <summary>Reports what no instance would be asked to do.</summary>
    public void Check(WorkflowGraph graph, List<ProblemError> errors)
    {
        var limits = options.Value;
        if (graph.Nodes.Count > limits.MaxNodes)
            errors.Add(new ProblemError { Field = "workflow", Code = ErrorCodes.TooMany, Message = $"The workflow has {graph.Nodes.Count} nodes; {limits.MaxNodes} are allowed." });
        var ids = graph.Nodes.Select(n => n.Id).ToHashSet();
        foreach (var node in graph.Nodes)
        {
            if (!policy.Allows(node.ClassType))
                errors.Add(Error(node, null, ErrorCodes.ForbiddenNodeClass, $"Nodes of class '{node.ClassType}' are not allowed here."));
            if (node.Integer("steps") is { } steps && steps > limits.MaxSteps)
                errors.Add(Error(node, "steps", ErrorCodes.OutOfRange, $"steps is {steps}; at most {limits.MaxSteps} are allowed."));
            if (Pixels(node) is { } pixels && pixels > limits.MaxPixels)
                errors.Add(Error(node, "width", ErrorCodes.OutOfRange, $"width x height x batch_size is {pixels:N0} pixels; at most {limits.MaxPixels:N0} are allowed."));
            foreach (var (name, value) in node.Inputs)
                CheckInput(node, name, value, ids, errors);
        }
    }

    /// <summary>Every input that holds a seed as a number.</summary>
    public static IReadOnlyList<SeedInput> Seeds(WorkflowGraph graph) =>
    [
        .. from node in graph.Nodes
           from name in SeedInputs
           let value = node.Integer(name)
           where value is not null
           select new SeedInput(node.Id, name, value.Value),
    ];

    /// <summary>Work of one prompt: megapixels x steps, at least a little.</summary>
    public static double Units(WorkflowGraph graph)
    {
        var steps = graph.Nodes.Sum(n => n.Integer("steps") is { } s and > 0 ? s : 0);
        var pixels = graph.Nodes.Max(n => Pixels(n) ?? 0);
        return Math.Max(1, steps) * Math.Max(0.0625, pixels / 1_000_000.0);
    }

    /// <summary>Workflows of the same node classes are of one shape.</summary>
    public static string Shape(WorkflowGraph graph) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', graph.Nodes.Select(n => n.ClassType).Order(StringComparer.Ordinal)))).AsSpan(0, 12));

    private static long? Pixels(WorkflowNode node)
    {
        if (node.Integer("width") is not { } width || node.Integer("height") is not { } height || width <= 0 || height <= 0)
            return null;
        // Three int64 of a stranger may overflow; what is too large stays too large.
        var pixels = (decimal)width * height * Math.Max(1, node.Integer("batch_size") ?? 1);
        return pixels > long.MaxValue ? long.MaxValue : (long)pixels;
    }

    private static void CheckInput(WorkflowNode node, string name, JsonNode? value, HashSet<string> ids, List<ProblemError> errors)
    {
        if (value is JsonArray { Count: 2 } link && link[0]?.GetValueKind() == JsonValueKind.String && link[1]?.GetValueKind() == JsonValueKind.Number)
        {
            if (!ids.Contains((string)link[0]!))
                errors.Add(Error(node, name, ErrorCodes.BadLink, $"{name} is linked to node '{(string)link[0]!}', which does not exist."));
        }
        else if (name == "filename_prefix" && node.Text(name) is { } prefix && IsEscaping(prefix))
        {
            errors.Add(Error(node, name, ErrorCodes.ForbiddenPath, "filename_prefix must not leave the output directory."));
        }
    }

    private static bool IsEscaping(string path) =>
        path.StartsWith('/') || path.StartsWith('\\') || path.Contains(':') || path.Split('/', '\\').Contains("..");

    private static ProblemError Error(WorkflowNode node, string? input, string code, string message) =>
        new() { Field = "workflow", NodeId = node.Id, NodeType = node.ClassType, Input = input, Code = code, Message = message };
}
