using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Control;
using Microsoft.AspNetCore.Http.Features;

namespace LockNGen.ComfyUiSimulator.Sockets;

/// <summary><c>GET /ws?clientId=</c>.</summary>
internal static class WebSocketEndpoint
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/ws", (RequestDelegate)HandleAsync);

    private static async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".", context.RequestAborted);
            return;
        }

        var server = context.RequestServices.GetRequiredService<Simulator>().Server;
        var clientId = context.Request.Query["clientId"].ToString();
        if (clientId.Length == 0)
            clientId = Guid.NewGuid().ToString("N");

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            DangerousEnableCompression = true,
            KeepAliveInterval = Timeout.InfiniteTimeSpan, // the real server never pings
        });
        context.Features.Get<IFreezableConnection>()?.Enable();

        // The feature, not the context: a fault may cut the connection when the request has just ended.
        using var connection = new SocketConnection(clientId, socket, context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort);
        server.Sockets.Register(connection);
        try
        {
            await GreetAsync(server, clientId, context.RequestAborted);
            await ListenAsync(server, clientId, socket, context.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client, or an injected fault, cut the connection: no one is left to notify.
            _ = e;
        }
        finally
        {
            server.Sockets.Unregister(connection);
        }
    }

    private static async Task GreetAsync(ComfyUiServer server, string clientId, CancellationToken cancellationToken)
    {
        // Both are read at the moment of connecting: a prompt that starts while the first is being sent needs no hint.
        var status = ComfyUiServer.StatusJson(server.Queue.Remaining);
        var node = server.Sockets.CurrentClientId == clientId ? server.Sockets.LastNodeId : null;
        status["sid"] = clientId;
        await server.Sockets.SendNowAsync(Frame.Json("status", status, clientId), cancellationToken);
        if (node is not null)
            await server.Sockets.SendNowAsync(Frame.Json("executing", new JsonObject { ["node"] = node }, clientId), cancellationToken);
    }

    private static async Task ListenAsync(ComfyUiServer server, string clientId, WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var isFirst = true;
        while (true)
        {
            using var message = new MemoryStream();
            WebSocketReceiveResult result;
            do
            {
                result = await socket.ReceiveAsync(buffer, cancellationToken);
                message.Write(buffer, 0, result.Count);
                if (message.Length > MaxMessageBytes)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.MessageTooBig, "Message size exceeds limit", cancellationToken);
                    return;
                }
            }
            while (!result.EndOfMessage);

            if (result.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(result.CloseStatus ?? WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellationToken);
                return;
            }

            if (result.MessageType != WebSocketMessageType.Text || !TryParse(message, out var json))
                continue;
            if (isFirst && json is JsonObject hello && hello["type"] is JsonValue type && type.TryGetValue(out string? name) && name == "feature_flags")
            {
                server.Sockets.SetFeatureFlags(clientId, hello["data"] as JsonObject ?? []);
                await server.Sockets.SendNowAsync(Frame.Json("feature_flags", server.FeatureFlags(), clientId), cancellationToken);
            }

            // Valid JSON that is not an object fails in the real server before the flag is cleared.
            if (json is JsonObject)
                isFirst = false;
        }
    }

    private static bool TryParse(MemoryStream message, out JsonNode? json)
    {
        try
        {
            json = JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length));
            return true;
        }
        catch (JsonException)
        {
            json = null;
            return false;
        }
    }
}
