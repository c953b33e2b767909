using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Media;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Passes message bodies, from any source, to their readers. The bytes of events are passed on unchanged.</summary>
internal sealed partial class EventIngest(
    EventReader reader, ProgressBroadcaster broadcaster, GenerationLogs logs, RevocationList revocations, GatewayMetrics metrics, ILogger<EventIngest> logger)
{
    public void TakeEvent(ReadOnlySpan<byte> body, string? owner, long receivedAt, string? traceParent)
    {
        try
        {
            if (reader.Read(body, receivedAt, traceParent) is { } message)
                broadcaster.Deliver(message, owner);
        }
        catch (Exception e)
        {
            // A message that causes an exception is dropped: delivered again, it would block everything behind it.
            metrics.Unreadable();
            LogDropped("event", body.Length, e);
        }
    }

    /// <summary>Counts a message with unreadable headers: since its owner is unknown, it must not be shown to anyone.</summary>
    public void DropUnreadable(int length)
    {
        metrics.Unreadable();
        LogUnreadable("message", length);
    }

    public void TakePreview(ReadOnlySpan<byte> body)
    {
        try
        {
            if (Parse(body, ContractsJson.Default.GenerationPreviewBytes, "preview") is not { Bytes: not null } preview)
                return;
            // Both the endpoint and data: URLs serve it from our origin, so its type is taken from its bytes, and only pictures are accepted.
            if (PreviewPicture.TypeOf(preview.Bytes) is { } type)
                logs.GetOrAdd(preview.GenerationId).Show(new NewestPreview(preview.Sequence, type.ContentType, preview.Bytes));
            else
                metrics.Unreadable();
        }
        catch (Exception e)
        {
            metrics.Unreadable();
            LogDropped("preview", body.Length, e);
        }
    }

    public void TakeRevocation(ReadOnlySpan<byte> body)
    {
        if (Parse(body, ContractsJson.Default.TokenRevoked, "revocation") is { } revocation)
            revocations.Add(revocation);
    }

    private T? Parse<T>(ReadOnlySpan<byte> body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, json);
        }
        catch (JsonException)
        {
            metrics.Unreadable();
            LogUnreadable(what, body.Length);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "A message ({What}) of {Length} bytes could not be taken and was dropped")]
    private partial void LogDropped(string what, int length, Exception exception);

    [LoggerMessage(LogLevel.Warning, "A message of {Length} bytes is no {What} of LockN Gen and was dropped")]
    private partial void LogUnreadable(string what, int length);
}
