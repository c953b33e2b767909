namespace LockNGen.Contracts;

/// <summary>Names of the message headers that accompany an event on the broker; its body contains none of this.</summary>
public static class EventHeaders
{
    /// <summary>The owner id of the generation (the JWT <c>sub</c>, or the anonymous session id); absent when it has none.</summary>
    public const string Owner = "lockngen-owner";

    /// <summary>Unix time in microseconds at which the watcher received ComfyUI's frame: the start of every latency measurement.</summary>
    public const string ReceivedAt = "lockngen-received-at";

    /// <summary>W3C trace context of the generation.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>MassTransit's message type, for example <c>urn:message:LockNGen.Contracts:GenerationProgressed</c>.</summary>
    public const string MessageType = "MT-MessageType";
}
