using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Telemetry;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Turns bodies into messages; anything but an event is counted, logged and dropped.</summary>
internal sealed partial class EventReader(GatewayMetrics metrics, ILogger<EventReader> logger)
{
    public ServerMessage? Read(ReadOnlySpan<byte> body, long receivedAt, string? traceParent = null)
    {
        if (EventScanner.TryScan(body, out var scanned))
            return ServerMessage.Event(scanned, body, receivedAt, traceParent);
        metrics.Unreadable();
        LogUnreadable(body.Length);
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "A message of {Length} bytes is not an event of LockN Gen and was dropped")]
    private partial void LogUnreadable(int length);
}
