using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LockNGen.RealtimeGateway.Telemetry;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>
/// One message to clients, framed once for all of them. Immutable; shared by the ring and by every queue that it waits in.
/// </summary>
internal sealed class ServerMessage
{
    /// <summary>The overhead of such an object besides its bytes, for the memory budget.</summary>
    private const int Overhead = 120;

    private readonly byte[] _frame;
    private readonly int _payload;
    private byte[]? _deflated;
    private ServerMessage? _withoutPreview;
    private ServerMessage? _withInlinePreview;
    private ServerMessage? _withTraceParent;

    private ServerMessage(EventKind kind, Guid generationId, long sequence, byte[] frame, int payload)
    {
        Kind = kind;
        GenerationId = generationId;
        Sequence = sequence;
        _frame = frame;
        _payload = payload;
    }

    /// <summary>A ping without payload; an idle SSE stream gets a comment instead.</summary>
    public static ServerMessage Heartbeat { get; } = new(EventKind.Heartbeat, default, 0, [0x89, 0], 2);

    public EventKind Kind { get; }

    public Guid GenerationId { get; }

    public long Sequence { get; }

    /// <summary>The sequence of the newest state event before it; 0 when it is the first of its attempt, or its publisher does not say.</summary>
    public long StateSequence { get; private init; }

    /// <summary>When the watcher received ComfyUI's frame, in Unix microseconds; 0 if unknown.</summary>
    public long ReceivedAt { get; private init; }

    /// <summary>Its trace; null for progress.</summary>
    public DeliveryTrace? Trace { get; private init; }

    /// <summary>For <see cref="EventKind.Control"/>: its type on the wire.</summary>
    public string? ControlType { get; private init; }

    /// <summary>Whether the generation has ended with this message, be it event or snapshot.</summary>
    public bool EndsGeneration { get; private init; }

    /// <summary>The complete WebSocket frame.</summary>
    public ReadOnlySpan<byte> Frame => _frame;

    /// <summary>The JSON.</summary>
    public ReadOnlyMemory<byte> Json => _frame.AsMemory(_payload);

    /// <summary>The wire name of the message.</summary>
    public string Type => ControlType ?? Kind.Name();

    /// <summary>The memory it takes up, in bytes.</summary>
    public int Cost => _frame.Length + Overhead;

    /// <summary>An event received from the broker; the bytes are copied.</summary>
    public static ServerMessage Event(ScannedEvent scanned, ReadOnlySpan<byte> json, long receivedAt, string? traceParent = null)
    {
        var frame = WebSocketFrame.Text(json, out var payload);
        return new ServerMessage(scanned.Kind, scanned.GenerationId, scanned.Sequence, frame, payload)
        {
            StateSequence = scanned.StateSequence,
            ReceivedAt = receivedAt,
            Trace = DeliveryTrace.Of(scanned.Kind, scanned.GenerationId, traceParent),
            EndsGeneration = scanned.Kind.IsTerminal(),
        };
    }

    public static ServerMessage Snapshot(Contracts.GenerationSnapshot snapshot)
    {
        var frame = WebSocketFrame.Text(Contracts.ContractsJson.Serialize(snapshot), out var payload);
        return new ServerMessage(EventKind.Snapshot, snapshot.GenerationId, snapshot.Sequence, frame, payload)
        {
            EndsGeneration = snapshot.Data.Status is Contracts.GenerationStatus.Completed or Contracts.GenerationStatus.Failed or Contracts.GenerationStatus.Cancelled,
        };
    }

    public static ServerMessage Control<T>(string type, T frame, JsonTypeInfo<T> json)
    {
        var bytes = WebSocketFrame.Text(JsonSerializer.SerializeToUtf8Bytes(frame, json), out var payload);
        return new ServerMessage(EventKind.Control, default, 0, bytes, payload) { ControlType = type };
    }

    /// <summary>A finished WebSocket frame, such as a pong.</summary>
    public static ServerMessage RawFrame(ReadOnlySpan<byte> frame) => new(EventKind.Frame, default, 0, frame.ToArray(), frame.Length);

    /// <summary>The compressed frame (RFC 7692), created at most once for all clients; the plain one if that is smaller.</summary>
    public ReadOnlySpan<byte> DeflatedFrame => _deflated ??= Kind < EventKind.Frame ? DeflatedWebSocketFrame.Of(Json.Span) ?? _frame : _frame;

    /// <summary>This message for a client that asked for no previews.</summary>
    public ServerMessage WithoutPreview() =>
        Kind is EventKind.Progress or EventKind.Snapshot ? _withoutPreview ??= Rewritten(PreviewRewriter.Remove(Json)) : this;

    /// <summary>This message with the picture included, for a client that asked for it.</summary>
    public ServerMessage WithInlinePreview(NewestPreview image) => _withInlinePreview ??= Rewritten(PreviewRewriter.Inline(Json, image));

    /// <summary>This message with the trace of its generation, for a client that asked for it.</summary>
    public ServerMessage WithTraceParent(string traceParent) => _withTraceParent ??= Rewritten(TraceParentProperty.Append(Json.Span, traceParent));

    private ServerMessage Rewritten(byte[]? json)
    {
        if (json is null)
            return this;
        var frame = WebSocketFrame.Text(json, out var payload);
        return new ServerMessage(Kind, GenerationId, Sequence, frame, payload) { ReceivedAt = ReceivedAt, Trace = Trace, EndsGeneration = EndsGeneration };
    }
}
