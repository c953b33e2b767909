using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Which events a client wants, and in which form: <c>types</c>, <c>preview</c> and <c>trace</c> of its query.</summary>
internal sealed record ClientView(GenerationLogs Logs, uint Types = EventKinds.All, PreviewMode Preview = PreviewMode.Url, bool WithTrace = false)
{
    /// <summary>Whether the types include any kind of progress.</summary>
    public bool WantsProgress => (Types & EventKinds.Progress) != 0;

    /// <summary>The message in the form that this client wants; null if it does not want it.</summary>
    public ServerMessage? Of(ServerMessage message)
    {
        if (message.Kind < EventKind.Snapshot && (Types & message.Kind.Bit()) == 0)
            return null;
        var seen = Preview switch
        {
            PreviewMode.None => message.Kind == EventKind.Preview ? null : message.WithoutPreview(),
            PreviewMode.Inline when message.Kind == EventKind.Preview && Logs.TryGet(message.GenerationId, out var log) && log.Preview is { } image =>
                message.WithInlinePreview(image),
            _ => message,
        };
        return WithTrace && seen?.Kind <= EventKind.Snapshot && Logs.TryGet(seen.GenerationId, out var traced) && traced.TraceParent is { } traceParent
            ? seen.WithTraceParent(traceParent)
            : seen;
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
