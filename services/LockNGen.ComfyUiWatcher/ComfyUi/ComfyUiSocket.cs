using System.Net.WebSockets;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>One WebSocket connection to ComfyUI, from connecting to its end.</summary>
internal sealed class ComfyUiSocket : IAsyncDisposable
{
    private const int InitialBuffer = 64 << 10;
    private const int MaxMessage = 256 << 20;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly ClientWebSocket _socket;

    private ComfyUiSocket(ClientWebSocket socket) => _socket = socket;

    /// <summary>Connects and asks for previews that name their prompt: ComfyUI listens only to the very first message.</summary>
    public static async Task<ComfyUiSocket> ConnectAsync(Uri server, string clientId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        // The server never pings and never gives up a half-open connection, so this side must.
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(5);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(8);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(timeout);
            await socket.ConnectAsync(AddressOf(server, clientId), deadline.Token);
            await socket.SendAsync(
                """{"type":"feature_flags","data":{"supports_preview_metadata":true}}"""u8.ToArray(),
                WebSocketMessageType.Text,
                endOfMessage: true,
                deadline.Token);
            return new ComfyUiSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads until the connection ends. The callback gets each whole message, of whatever size, in a buffer that is reused; it must be
    /// quick, because ComfyUI stalls all its clients for one that reads slowly.
    /// </summary>
    public async Task ReadAsync(Action<ReadOnlyMemory<byte>, WebSocketMessageType> onMessage, CancellationToken cancellationToken)
    {
        var buffer = new byte[InitialBuffer];
        var length = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                return;
            length += result.Count;
            if (result.EndOfMessage)
            {
                onMessage(buffer.AsMemory(0, length), result.MessageType);
                length = 0;
                // One giant frame is no reason to keep a giant buffer.
                if (buffer.Length > 16 * InitialBuffer)
                    buffer = new byte[InitialBuffer];
            }
            else if (length == buffer.Length)
            {
                if (length >= MaxMessage)
                    throw new InvalidDataException($"ComfyUI sent a message of more than {MaxMessage} bytes.");
                Array.Resize(ref buffer, 2 * length);
            }
        }
    }

    /// <summary>
    /// Ends the connection before it returns: a new one under the same client id must not be opened while the server may still hold this
    /// one, because the late end of the old one would deafen the new.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(CloseTimeout);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, deadline.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _socket.Abort();
        }

        _socket.Dispose();
    }

    private static Uri AddressOf(Uri server, string clientId) => new UriBuilder(server)
    {
        Scheme = server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
        Path = server.AbsolutePath + "ws",
        Query = "clientId=" + Uri.EscapeDataString(clientId),
    }.Uri;
}
