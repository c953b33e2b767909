using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>How a prompt ended, as reported by <c>GET /history/{id}</c> for as long as the server lives, and by <c>GET /api/jobs/{id}</c> of newer ones.</summary>
internal sealed record PromptHistory
{
    private const string Message = "execution_";

    // Of the same list of five as in the queue.
    private const int ExtraData = 3;

    public required bool Succeeded { get; init; }

    /// <summary>Cancelled and failed have the same status; only the messages differ.</summary>
    public required bool Interrupted { get; init; }

    public NodeException? Exception { get; init; }

    /// <summary>Null for prompts of others.</summary>
    public PromptMarker? Marker { get; init; }

    /// <summary>Nodes that were served from the cache.</summary>
    public IReadOnlyList<string> Cached { get; init; } = [];

    /// <summary>The outputs of its nodes.</summary>
    public required IReadOnlyList<NodeExecuted> Outputs { get; init; }

    public static PromptHistory Of(JsonElement entry)
    {
        var status = entry.Child("status");
        var messages = MessagesOf(status);
        var exception = ExceptionOf(messages);
        var interrupted = messages.Exists(m => m is ExecutionInterrupted);
        var outputs = OutputsOf(entry);
        return new PromptHistory
        {
            // If it does not say how the prompt ended, its outputs show it.
            Succeeded = status?.Text("status_str") is { } end ? end == "success" : exception is null && !interrupted && outputs.Count > 0,
            Interrupted = interrupted,
            Exception = exception,
            Marker = entry.Items("prompt").ElementAtOrDefault(ExtraData) is { ValueKind: JsonValueKind.Object } extra ? PromptMarker.Of(extra) : null,
            Cached = [.. messages.OfType<ExecutionCached>().SelectMany(m => m.Nodes)],
            Outputs = outputs,
        };
    }

    /// <summary>The same for a job; null while it has not ended.</summary>
    public static PromptHistory? OfJob(JsonElement job)
    {
        var messages = MessagesOf(job.Child("execution_status"));
        if (job.Child("execution_error") is { ValueKind: JsonValueKind.Object } error)
            messages.Add(ComfyUiTextFrame.Parse("execution_error", error));
        return job.Text("status") is not ("completed" or "failed" or "cancelled")
            ? null
            : new PromptHistory
            {
                Succeeded = job.Text("status") == "completed",
                Interrupted = job.Text("status") == "cancelled",
                Exception = ExceptionOf(messages),
                Cached = [.. messages.OfType<ExecutionCached>().SelectMany(m => m.Nodes)],
                Outputs = OutputsOf(job),
            };
    }

    private static List<ComfyUiMessage> MessagesOf(JsonElement? status) =>
    [
        .. (status?.Items("messages") ?? [])
            .Where(m => m.ValueKind == JsonValueKind.Array && m.GetArrayLength() == 2 && m[0].AsText()?.StartsWith(Message, StringComparison.Ordinal) == true)
            .Select(m => ComfyUiTextFrame.Parse(m[0].GetString()!, m[1])),
    ];

    private static NodeException? ExceptionOf(List<ComfyUiMessage> messages) =>
        messages.OfType<ExecutionFailed>().Select(f => f.Exception).LastOrDefault(e => !e.IsBlocker);

    private static IReadOnlyList<NodeExecuted> OutputsOf(JsonElement entry) =>
    [
        .. entry.Properties("outputs")
            .Select(o => new NodeExecuted(o.Name, entry.Child("meta")?.Child(o.Name)?.Text("display_node"), NodeOutput.Of(o.Value))),
    ];
}
