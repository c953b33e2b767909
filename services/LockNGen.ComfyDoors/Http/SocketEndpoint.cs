using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Timelines;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/ws</c>.</summary>
internal sealed class SocketEndpoint(
    OwnerStates owners, ResultSource results, SystemEndpoints system, AllowedOrigins origins, IHostApplicationLifetime lifetime, IOptions<DoorOptions> options, TimeProvider clock)
{
    private const int MaxClientId = 512;

    /// <summary>ComfyUI's own limit.</summary>
    private const int MaxIncoming = 4 << 20;
    private const int ReceiveBuffer = 4_096;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private int _open;

    public static void Map(RouteGroupBuilder comfy) =>
        comfy.MapGet("/ws", (SocketEndpoint endpoint, DoorCaller caller, HttpContext context) => endpoint.HandleAsync(caller, context));

    private async Task<IResult> HandleAsync(DoorCaller caller, HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return TypedResults.BadRequest("Expected a WebSocket handshake.");
        if (!origins.Allows(context.Request))
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        var clientId = context.Request.Query["clientId"].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        if (clientId.Length > MaxClientId)
            return TypedResults.BadRequest($"clientId has more than {MaxClientId} characters.");
        if (Interlocked.Increment(ref _open) > options.Value.MaxSockets)
        {
            Interlocked.Decrement(ref _open);
            context.Response.Headers.RetryAfter = "5";
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await RunAsync(socket, caller, clientId, context.Request.Query["interleave"].ToString() is "1" or "true", context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }

        return TypedResults.Empty;
    }

    private async Task RunAsync(WebSocket socket, DoorCaller caller, string clientId, bool isInterleaved, CancellationToken aborted)
    {
        using var connection = new DoorSocket(socket, caller, results, options.Value.MaxBacklogBytes);
        using var stopping = lifetime.ApplicationStopping.Register(connection.End);
        await using var expiry = clock.CreateTimer(_ => connection.End(), null, Remaining(caller), Timeout.InfiniteTimeSpan);
        var owner = owners.Of(caller);
        var session = await AttachAsync(owner, connection, clientId, isInterleaved, aborted);
        if (session is null)
            return;
        try
        {
            var writing = connection.WriteAsync();
            var reading = ReadAsync(socket, connection, owner, session, clientId);
            await Task.WhenAny(writing, reading);
            session = reading.IsCompletedSuccessfully ? await reading : session;
            connection.End();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CloseAsync(socket, connection);
            session = await ReadToEndAsync(reading, session);
        }
        finally
        {
            owner.Detach(connection, session);
        }
    }

    private static async Task<ClientSession> ReadToEndAsync(Task<ClientSession> reading, ClientSession session)
    {
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return reading.IsCompletedSuccessfully ? await reading : session;
    }

    private static async Task<ClientSession?> AttachAsync(OwnerState owner, DoorSocket connection, string clientId, bool isInterleaved, CancellationToken cancellationToken)
    {
        try
        {
            return await owner.AttachAsync(connection, clientId, isInterleaved, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            // It reconnects; a socket without known state would be sent only half of everything.
            return null;
        }
    }

    /// <summary>Clients send only one message, at the beginning.</summary>
    private async Task<ClientSession> ReadAsync(WebSocket socket, DoorSocket connection, OwnerState owner, ClientSession session, string clientId)
    {
        for (var isFirst = true; ;)
        {
            // An empty read waits without holding a buffer: most clients never send more.
            var received = await socket.ReceiveAsync(Memory<byte>.Empty, connection.Ended);
            using var message = new MemoryStream();
            var buffer = ArrayPool<byte>.Shared.Rent(ReceiveBuffer);
            try
            {
                while (received.MessageType != WebSocketMessageType.Close && !received.EndOfMessage)
                {
                    received = await socket.ReceiveAsync(buffer.AsMemory(), connection.Ended);
                    if (isFirst && received.MessageType == WebSocketMessageType.Text)
                        message.Write(buffer, 0, received.Count);
                    if (message.Length <= MaxIncoming)
                        continue;
                    connection.CloseStatus = WebSocketCloseStatus.MessageTooBig;
                    return session;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                connection.CloseStatus = WebSocketCloseStatus.NormalClosure;
                return session;
            }

            if (!isFirst || RequestJson.Parse(message.GetBuffer().AsMemory(0, (int)message.Length)) is not { } first)
                continue;
            isFirst = false;
            if (first["type"]?.ToString() == "feature_flags" && first["data"] is JsonObject flags)
                session = await AgreeAsync(flags, connection, owner, session, clientId);
        }
    }

    private async Task<ClientSession> AgreeAsync(JsonObject flags, DoorSocket connection, OwnerState owner, ClientSession session, string clientId)
    {
        connection.WantsMetadata = IsTrue(flags["supports_preview_metadata"]);
        connection.Send(ComfyFrames.FeatureFlags(system.Features));
        if (session.IsInterleaved || !IsTrue(flags["supports_parallel_prompts"]))
            return session;
        owner.Detach(connection, session);
        return await owner.AttachAsync(connection, clientId, isInterleaved: true, connection.Ended);
    }

    private static bool IsTrue(JsonNode? flag) => flag?.GetValueKind() == JsonValueKind.True;

    private static async Task CloseAsync(WebSocket socket, DoorSocket connection)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            await socket.CloseOutputAsync(connection.CloseStatus, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // It is already gone.
        }
    }

    private TimeSpan Remaining(DoorCaller caller)
    {
        if (caller.Identity?.ExpiresAt is not { } end)
            return Timeout.InfiniteTimeSpan;
        var remaining = end - clock.GetUtcNow();
        return remaining <= TimeSpan.Zero ? TimeSpan.Zero : remaining < TimeSpan.FromDays(40) ? remaining : Timeout.InfiniteTimeSpan;
    }
}
