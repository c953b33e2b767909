using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>First frame of every connection.</summary>
internal sealed record ConnectionReady(string Type, string ConnectionId, int HeartbeatSeconds);

/// <summary>The cursor of this generation could not be served; a snapshot follows.</summary>
internal sealed record SubscriptionGap(string Type, Guid GenerationId, string Reason);

/// <summary>The answer to a client's <c>ping</c>; the id is returned as it was sent.</summary>
internal sealed record Pong(string Type, JsonElement? Id);

/// <summary>The client's last frame was refused; the connection stays open.</summary>
internal sealed record ErrorFrame(string Type, string Code, string Message, string? GenerationId);

/// <summary>This replica is shutting down: reconnect after about this long.</summary>
internal sealed record ServerDraining(string Type, int RetryAfterMs);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectionReady))]
[JsonSerializable(typeof(SubscriptionGap))]
[JsonSerializable(typeof(Pong))]
[JsonSerializable(typeof(ErrorFrame))]
[JsonSerializable(typeof(ServerDraining))]
internal sealed partial class GatewayJson : JsonSerializerContext;

/// <summary>The frames that concern the connection itself.</summary>
internal static class GatewayFrames
{
    public const string GapType = "subscription.gap";

    public static ServerMessage Ready(string connectionId, TimeSpan heartbeat)
    {
        const string type = "connection.ready";
        return ServerMessage.Control(type, new ConnectionReady(type, connectionId, (int)heartbeat.TotalSeconds), GatewayJson.Default.ConnectionReady);
    }

    public static ServerMessage Gap(Guid generationId, GapReason reason)
    {
        return ServerMessage.Control(GapType, new SubscriptionGap(GapType, generationId, reason.OnTheWire()), GatewayJson.Default.SubscriptionGap);
    }

    public static ServerMessage Pong(JsonElement? id)
    {
        const string type = "pong";
        return ServerMessage.Control(type, new Pong(type, id), GatewayJson.Default.Pong);
    }

    public static ServerMessage Error(string code, string message, string? generationId = null)
    {
        const string type = "error";
        return ServerMessage.Control(type, new ErrorFrame(type, code, message, generationId), GatewayJson.Default.ErrorFrame);
    }

    public static ServerMessage Draining(TimeSpan retryAfter)
    {
        const string type = "server.draining";
        return ServerMessage.Control(type, new ServerDraining(type, (int)retryAfter.TotalMilliseconds), GatewayJson.Default.ServerDraining);
    }
}
