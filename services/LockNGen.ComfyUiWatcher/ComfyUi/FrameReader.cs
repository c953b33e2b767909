using System.Net.WebSockets;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Reads the frames of one connection. What names nobody belongs to somebody all the same: previews of the old form to whoever spoke last on
/// this connection, and what nodes send by hand to the node that runs, as the last <c>executing</c> told.
/// </summary>
internal sealed class FrameReader(IReadOnlySet<string> customEvents)
{
    private (string PromptId, string Node)? _speaker;
    private (string PromptId, string Node)? _running;

    /// <summary>Reads one whole frame.</summary>
    /// <returns>Null if it makes no sense; <paramref name="problem"/> says why.</returns>
    public ComfyUiMessage? Read(ReadOnlyMemory<byte> frame, WebSocketMessageType type, out string? problem)
    {
        try
        {
            problem = null;
            return Attribute(type == WebSocketMessageType.Text ? ComfyUiTextFrame.Parse(frame, customEvents) : ComfyUiBinaryFrame.Parse(frame));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or InvalidDataException)
        {
            problem = e.Message;
            return null;
        }
    }

    private ComfyUiMessage Attribute(ComfyUiMessage message)
    {
        switch (message)
        {
            case NodeExecuting { PromptId: { } prompt } executing:
                _speaker = _running = (prompt, executing.DisplayNode ?? executing.Node);
                break;
            case NodeProgress { PromptId: { } prompt, Node.Length: > 0 } progress:
                _speaker = (prompt, progress.Node);
                break;
            case NodeProgress progress:
                return Runs(progress) is { } node
                    ? progress with { PromptId = node.PromptId, Node = progress.Node.Length > 0 ? progress.Node : node.Node }
                    : new OtherMessage("progress") { Ignored = 1 };
            case ProgressState { PromptId: null } or CustomEvent:
                return message with { PromptId = message.PromptId ?? Runs(message)?.PromptId };
            case ExecutionEnded:
                _speaker = _running = null;
                break;
            case PreviewFrame { PromptId: null } preview when _speaker is { } speaker:
                return preview with { PromptId = speaker.PromptId, Node = speaker.Node };
        }

        return message;
    }

    private (string PromptId, string Node)? Runs(ComfyUiMessage message) =>
        message.PromptId is null || message.PromptId == _running?.PromptId ? _running : null;
}
