using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>What of the events a client wants to see: <c>types</c> and <c>preview</c> of its query.</summary>
internal sealed record ClientView(GenerationLogs Logs, uint Types = EventKinds.All, PreviewMode Preview = PreviewMode.Url)
{
    /// <summary>The message as this client wants it; null when it does not want it.</summary>
    public ServerMessage? Of(ServerMessage message)
    {
        if (message.Kind < EventKind.Snapshot && (Types & message.Kind.Bit()) == 0)
            return null;
        return Preview switch
        {
            PreviewMode.None => message.Kind == EventKind.Preview ? null : message.WithoutPreview(),
            PreviewMode.Inline when message.Kind == EventKind.Preview && Logs.TryGet(message.GenerationId, out var log) && log.Preview is { } image =>
                message.WithInlinePreview(image),
            _ => message,
        };
    }
}

/// <summary>How previews are delivered.</summary>
internal enum PreviewMode
{
    /// <summary>By address.</summary>
    Url,

    /// <summary>With the picture as a data: URL.</summary>
    Inline,

    /// <summary>Not at all.</summary>
    None,
}
