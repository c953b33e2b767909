using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>A message on ComfyUI's socket, one record per kind that matters to a watcher.</summary>
internal abstract record ComfyUiMessage
{
    /// <summary>The prompt that it is about; null for server-wide messages, and for older frames that do not say.</summary>
    public string? PromptId { get; init; }

    /// <summary>Whether it shows that the worker is alive; the messages that every new connection gets do not.</summary>
    public bool TellsOfWork => this is not (QueueStatus or OtherMessage or NodeExecuting { PromptId: null });

    /// <summary>How many parts of it were malformed and skipped.</summary>
    public int Ignored { get; init; }
}

/// <summary><c>status</c>: prompts waiting and running, null if it does not say. The first one of a connection also names the client id.</summary>
internal sealed record QueueStatus(int? QueueRemaining, string? ClientId) : ComfyUiMessage;

/// <summary><c>execution_start</c>: the worker took the prompt.</summary>
internal sealed record ExecutionStarted : ComfyUiMessage;

/// <summary><c>execution_cached</c>: the nodes that are served from the cache.</summary>
internal sealed record ExecutionCached(IReadOnlyList<string> Nodes) : ComfyUiMessage;

/// <summary><c>executing</c> with a node. <see cref="ComfyUiMessage.PromptId"/> is null in the hint that follows a reconnect.</summary>
internal sealed record NodeExecuting(string Node, string? DisplayNode) : ComfyUiMessage;

/// <summary><c>executing</c> with <c>node: null</c>: the prompt is over, one way or another, and in the history.</summary>
internal sealed record ExecutionEnded : ComfyUiMessage;

/// <summary><c>progress</c>: steps of one node; an empty node means the one that runs now, as custom nodes that report by themselves intend.</summary>
internal sealed record NodeProgress(string Node, double Value, double Max) : ComfyUiMessage;

/// <summary><c>progress_state</c>: every node touched so far, in the order in which they started.</summary>
internal sealed record ProgressState(IReadOnlyList<NodeState> Nodes) : ComfyUiMessage;

/// <summary>One node of a <see cref="ProgressState"/>. Nodes of an expanded subgraph name the visible node as <paramref name="DisplayNode"/>.</summary>
internal sealed record NodeState(string Node, string? DisplayNode, double Value, double Max, bool Finished);

/// <summary><c>executed</c>: an output node finished, and lists the results of its whole batch.</summary>
internal sealed record NodeExecuted(string Node, string? DisplayNode, NodeOutput Output) : ComfyUiMessage;

/// <summary><c>execution_success</c>: all nodes are done; the history may still lag behind.</summary>
internal sealed record ExecutionSucceeded : ComfyUiMessage;

/// <summary><c>execution_error</c>: a node raised an exception.</summary>
internal sealed record ExecutionFailed(NodeException Exception) : ComfyUiMessage;

/// <summary><c>execution_interrupted</c>: an interrupt took effect.</summary>
internal sealed record ExecutionInterrupted : ComfyUiMessage;

/// <summary>A binary preview (kinds 1 and 4); kind 1 names neither prompt nor node.</summary>
internal sealed record PreviewFrame(string? Node, string? DisplayNode, string ContentType, byte[] Image) : ComfyUiMessage;

/// <summary>A binary text (kind 3): a text that a node sends to all clients. It names no prompt, so it becomes no event.</summary>
internal sealed record NodeText(string Node, string Text) : ComfyUiMessage;

/// <summary>An event of a custom node's own, of a type that the operator has listed.</summary>
internal sealed record CustomEvent(string EventType, string? Node, JsonElement Data) : ComfyUiMessage;

/// <summary>A message that a watcher does not need: custom nodes' own messages, kinds of newer servers.</summary>
internal sealed record OtherMessage(string Kind) : ComfyUiMessage;

/// <summary>The exception that a node raised. Tracebacks and inputs are not read: they are not for browsers.</summary>
internal sealed record NodeException(string? NodeId, string? NodeType, string Type, string Message)
{
    /// <summary>A node may block its outputs with a message; the run continues and may well succeed.</summary>
    public bool IsBlocker => Type == "ExecutionBlocked";
}
