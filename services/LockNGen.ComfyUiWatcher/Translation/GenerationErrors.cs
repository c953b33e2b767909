using System.Text.RegularExpressions;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;
using LockNGen.Hosting;

namespace LockNGen.ComfyUiWatcher.Translation;

/// <summary>Translates ComfyUI's failures into our errors: in its own words, without server paths.</summary>
internal static partial class GenerationErrors
{
    private const int MaxMessage = 2000;
    private const int MaxChoices = 20;
    private static readonly string[] ModelFiles = [".safetensors", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".sft", ".onnx"];

    /// <summary>A node raised an exception. After running out of memory a retry may succeed; after anything else it will not.</summary>
    public static GenerationError Of(NodeException? exception, RunGraph? graph)
    {
        if (exception is null)
            return Error(GenerationErrorCodes.NodeError, "ComfyUI ended the prompt with an error that it does not describe.");
        var outOfMemory = exception.Type.Contains("OutOfMemory", StringComparison.Ordinal) || exception.Type is "MemoryError";
        return Error(outOfMemory ? GenerationErrorCodes.OutOfMemory : GenerationErrorCodes.NodeError, Words(exception), outOfMemory) with
        {
            NodeId = Known(exception.NodeId, graph),
            NodeType = Known(exception.NodeId, graph) is { } id && graph?.Find(id) is { } node ? node.ClassType : exception.NodeType,
        };
    }

    /// <summary>A node stopped its branch with a message; the rest went on.</summary>
    public static GenerationWarning Blocked(NodeException blocker, RunGraph graph)
    {
        var error = Of(blocker, graph);
        return new GenerationWarning { Code = GenerationWarningCodes.ExecutionBlocked, Message = error.Message, NodeId = error.NodeId, NodeType = error.NodeType };
    }

    /// <summary>ComfyUI accepted the workflow without some of its outputs.</summary>
    public static IEnumerable<GenerationWarning> LeftOut(PromptRejection rejection) =>
        from node in rejection.Nodes
        group node by (node.NodeId, node.ClassType) into errors
        select new GenerationWarning
        {
            Code = GenerationWarningCodes.OutputLeftOut,
            Message = Clean(
                $"Node {errors.Key.NodeId} ({errors.Key.ClassType}) was left out: {string.Join("; ", errors.Select(e => Join(e.Message, e.Details)))}."),
            NodeId = errors.Key.NodeId,
            NodeType = errors.Key.ClassType,
        };

    /// <summary>ComfyUI refused the workflow.</summary>
    public static GenerationError Of(PromptRejection rejection)
    {
        if (rejection.Nodes.FirstOrDefault(IsMissingModel) is { } model)
        {
            return Error(GenerationErrorCodes.MissingModel, $"{model.ClassType}: the model '{model.Received}' is not there. {Existing(model)}") with
            {
                NodeId = model.NodeId,
                NodeType = model.ClassType,
            };
        }

        var node = rejection.Nodes is [var first, ..] ? first : null;
        var reasons = rejection.Nodes.Count > 0
            ? string.Join("; ", rejection.Nodes.Select(n => $"node {n.NodeId} ({n.ClassType}): {Join(n.Message, n.Details)}"))
            : Join(rejection.Message ?? "ComfyUI refused the workflow", rejection.Details);
        return Error(GenerationErrorCodes.InvalidWorkflow, reasons) with
        {
            NodeId = node?.NodeId ?? rejection.NodeId,
            NodeType = node?.ClassType ?? rejection.NodeType,
        };
    }

    public static GenerationError Error(string code, string message, bool retryable = false) =>
        new() { Code = code, Message = Clean(message), Retryable = retryable };

    /// <summary>Text fit for users: without server folders, and of limited length.</summary>
    public static string Clean(string message) => ServerPath().Replace(message, "").Truncate(MaxMessage);

    // As Python prints it: "'what'" alone does not say that a key was missing.
    private static string Words(NodeException exception)
    {
        var message = exception.Message.Trim();
        if (message.Length == 0)
            return exception.Type;
        return exception.IsBlocker || exception.Type.Length == 0 || message.StartsWith(exception.Type, StringComparison.Ordinal)
            ? message
            : $"{exception.Type}: {message}";
    }

    // Nodes of an expanded subgraph mean nothing to users; the node that expanded does.
    private static string? Known(string? nodeId, RunGraph? graph) =>
        nodeId is null ? null : graph is not null ? graph.DisplayNode(nodeId) : RunGraph.WithoutExpansion(nodeId);

    private static bool IsMissingModel(NodeRejection node) =>
        node.Type == "value_not_in_list" && (IsModel(node.Received) || node.Choices.Any(IsModel));

    private static bool IsModel(string? value) =>
        value is not null && ModelFiles.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private static string Existing(NodeRejection model) => model.Choices.Count switch
    {
        0 => "This ComfyUI has no such models at all.",
        > MaxChoices => $"There are: {string.Join(", ", model.Choices.Take(MaxChoices))} and {model.Choices.Count - MaxChoices} more.",
        _ => $"There are: {string.Join(", ", model.Choices)}.",
    };

    private static string Join(string message, string? details) =>
        string.IsNullOrWhiteSpace(details) || details == message ? message : $"{message}: {details}";

    // The directories of an absolute path; the file name stays, because it is useful.
    [GeneratedRegex(@"(?<![\w/:.<])(?:[A-Za-z]:\\|/)(?:[^\s/\\'""<>|,;()]+[/\\])+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServerPath();
}
