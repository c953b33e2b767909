using System.Net.WebSockets;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Reads the frames of one connection. Frames without a prompt still belong to one: previews of the old form to the prompt last mentioned on
/// this connection, and messages that nodes send themselves to the running node, as named in the last <c>executing</c>.
/// </summary>
internal sealed class FrameReader(IReadOnlySet<string> customEvents)
{
    private readonly StepFrames? _steps = customEvents.Contains("progress") || customEvents.Contains("progress_state") ? null : new StepFrames();
    private (string PromptId, string Node)? _speaker;
    private (string PromptId, string Node)? _running;

    /// <summary>Reads one whole frame.</summary>
    /// <returns>Null if it is malformed; <paramref name="problem"/> says why.</returns>
    public ComfyUiMessage? Read(ReadOnlyMemory<byte> frame, WebSocketMessageType type, out string? problem)
    {
        try
        {
            problem = null;
            return Attribute(type == WebSocketMessageType.Text
                ? _steps?.Read(frame.Span) ?? ComfyUiTextFrame.Parse(frame, customEvents)
                : ComfyUiBinaryFrame.Parse(frame));
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
