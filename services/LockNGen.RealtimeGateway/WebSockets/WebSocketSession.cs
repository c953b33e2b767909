using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using LockNGen.RealtimeGateway.Admission;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>Reads what one client sends until it is gone. The end of its connection, on either side, ends every read.</summary>
internal sealed class WebSocketSession(
    WebSocket socket, ClientConnection connection, Admitted admitted, ProgressBroadcaster broadcaster, ConnectionOptions options, TimeProvider clock)
{
    private double _allowance = options.FramesPerSecond * ConnectionOptions.FrameBurstSeconds;
    private long _allowanceAt = clock.GetTimestamp();

    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                // An empty read waits without holding a buffer: most clients never send anything.
                var first = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                if (first.MessageType == WebSocketMessageType.Close)
                {
                    connection.Close(CloseCode.Done, "");
                    return;
                }

                if (!await ReceiveAsync(first))
                {
                    await DiscardAsync();
                    return;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Gone without a close frame, or broken framing, for which the socket has sent one.
            if (!connection.IsClosing)
                connection.Abort();
        }
    }

    /// <summary>Takes one message; false once the connection is closing.</summary>
    private async Task<bool> ReceiveAsync(ValueWebSocketReceiveResult first)
    {
        if (first.MessageType == WebSocketMessageType.Binary)
            return Refuse(CloseCode.UnsupportedData, "send JSON text");

        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(options.MaxFrameBytes, 4096));
        try
        {
            var length = 0;
            var isWhole = first.EndOfMessage;
            while (!isWhole)
            {
                if (length == buffer.Length)
                    buffer = Grow(buffer);
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                    return Refuse(CloseCode.Done, "");
                length += part.Count;
                if (length > options.MaxFrameBytes)
                    return Refuse(CloseCode.TooBig, $"at most {options.MaxFrameBytes} bytes");
                isWhole = part.EndOfMessage;
            }

            if (connection.IsClosing)
                return false;
            if (!IsAllowed())
                return Refuse(CloseCode.NotAllowed, $"at most {options.FramesPerSecond} messages a second");
            return admitted.MaySend()
                ? Handle(buffer.AsSpan(0, length))
                : Refuse(CloseCode.NotAllowed, $"at most {options.FramesPerSecondPerClient} messages a second over all connections");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private bool Handle(ReadOnlySpan<byte> text)
    {
        ClientFrame? frame;
        try
        {
            frame = JsonSerializer.Deserialize(text, ClientFrameJson.Default.ClientFrame);
        }
        catch (JsonException)
        {
            if (!IsJson(text))
                return Refuse(CloseCode.InvalidPayload, "not JSON");
            frame = null;
        }

        switch (frame?.Type)
        {
            case "ping":
                connection.Send(GatewayFrames.Pong(frame.Id));
                break;
            case "subscribe":
                Subscribe(frame);
                break;
            case "unsubscribe":
                Unsubscribe(frame);
                break;
            default:
                connection.Send(GatewayFrames.Error("unknown_frame", "Send subscribe, unsubscribe or ping, with generationId (a UUID) and after (a number)."));
                break;
        }

        return true;
    }

    private void Subscribe(ClientFrame frame)
    {
        if (frame.GenerationId is null)
        {
            broadcaster.SubscribeToAll(connection);
        }
        else if (!Guid.TryParseExact(frame.GenerationId, "D", out var generationId))
        {
            connection.Send(GatewayFrames.Error("invalid_generation_id", "generationId is not a UUID.", frame.GenerationId));
        }
        else if (frame.After < 0)
        {
            connection.Send(GatewayFrames.Error("invalid_after", "after is a sequence number, 0 for the beginning.", frame.GenerationId));
        }
        else if (connection.Watched.Count >= options.MaxSubscriptions && !connection.Watches(generationId))
        {
            connection.Send(GatewayFrames.Error("too_many_subscriptions", $"A connection watches at most {options.MaxSubscriptions} generations.", frame.GenerationId));
        }
        else
        {
            broadcaster.Subscribe(connection, generationId, frame.After);
        }
    }

    private void Unsubscribe(ClientFrame frame)
    {
        if (frame.GenerationId is null)
            broadcaster.UnsubscribeFromAll(connection);
        else if (Guid.TryParseExact(frame.GenerationId, "D", out var generationId))
            broadcaster.Unsubscribe(connection, generationId);
        else
            connection.Send(GatewayFrames.Error("invalid_generation_id", "generationId is not a UUID.", frame.GenerationId));
    }

    private bool Refuse(int code, string reason)
    {
        connection.Close(code, reason);
        return false;
    }

    /// <summary>Waits for the client's own close frame, and ignores what it sends before that; the connection's deadline ends the wait.</summary>
    private async Task DiscardAsync()
    {
        var buffer = new byte[512];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
            // Messages after our close frame are ignored.
        }
    }

    private bool IsAllowed()
    {
        var now = clock.GetTimestamp();
        _allowance = Math.Min(
            options.FramesPerSecond * ConnectionOptions.FrameBurstSeconds,
            _allowance + (clock.GetElapsedTime(_allowanceAt, now).TotalSeconds * options.FramesPerSecond));
        _allowanceAt = now;
        if (_allowance < 1)
            return false;
        _allowance--;
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
                // To the end: wrong JSON gets an error frame; anything that is not JSON ends the connection.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
