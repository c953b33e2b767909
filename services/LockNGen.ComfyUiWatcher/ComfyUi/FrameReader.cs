using System.Net.WebSockets;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Reads the frames of one connection. Previews of the old form name nobody: they belong to whoever spoke last on this connection.
/// </summary>
internal sealed class FrameReader
{
    private (string PromptId, string Node)? _speaker;

    /// <summary>Reads one whole frame.</summary>
    /// <returns>Null if it makes no sense; <paramref name="problem"/> says why.</returns>
    public ComfyUiMessage? Read(ReadOnlyMemory<byte> frame, WebSocketMessageType type, out string? problem)
    {
        try
        {
            problem = null;
            return Attribute(type == WebSocketMessageType.Text ? ComfyUiTextFrame.Parse(frame) : ComfyUiBinaryFrame.Parse(frame));
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
                _speaker = (prompt, executing.DisplayNode ?? executing.Node);
                break;
            case NodeProgress { PromptId: { } prompt } progress:
                _speaker = (prompt, progress.Node);
                break;
            case ExecutionEnded:
                _speaker = null;
                break;
            case PreviewFrame { PromptId: null } preview when _speaker is { } speaker:
                return preview with { PromptId = speaker.PromptId, Node = speaker.Node };
        }

        return message;
    }
}
