using System.Diagnostics;
using LockNGen.RealtimeGateway.Telemetry;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>
/// The last span of a generation's trace: from the broker's delivery of an event to its first write to a client of this replica. One per
/// state event; a span for every step and every client would cost more than the delivery itself.
/// </summary>
internal sealed class DeliveryTrace(EventKind kind, Guid generationId, string traceParent)
{
    private static readonly ActivitySource Activities = new(GatewayMetrics.MeterName);

    private readonly DateTimeOffset _receivedAt = DateTimeOffset.UtcNow;
    private int _isWritten;

    /// <summary>The trace of the generation, for clients that ask for it (<c>trace=1</c>), whether or not traces are collected here.</summary>
    public string TraceParent => traceParent;

    public static DeliveryTrace? Of(EventKind kind, Guid generationId, string? traceParent) =>
        kind is EventKind.Node or EventKind.Progress or EventKind.Preview or EventKind.Custom || !ActivityContext.TryParse(traceParent, traceState: null, out _)
            ? null
            : new DeliveryTrace(kind, generationId, traceParent!);

    /// <summary>Records that a client has received it.</summary>
    public void Written()
    {
        if (Interlocked.Exchange(ref _isWritten, 1) == 1)
            return;
        using var activity = Activities.StartActivity("deliver event", ActivityKind.Consumer, traceParent, startTime: _receivedAt);
        activity?.SetTag("lockngen.generation", generationId).SetTag("lockngen.event", kind.Name());
    }
}
