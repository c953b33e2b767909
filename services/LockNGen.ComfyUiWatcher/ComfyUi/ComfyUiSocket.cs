using System.Net.WebSockets;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>One WebSocket connection to ComfyUI, from connecting to its end.</summary>
internal sealed class ComfyUiSocket : IAsyncDisposable
{
    private const int InitialBuffer = 64 << 10;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly ClientWebSocket _socket;
    private readonly int _maxFrame;

    private ComfyUiSocket(ClientWebSocket socket, int maxFrame) => (_socket, _maxFrame) = (socket, maxFrame);

    /// <summary>Connects and asks for previews that name their prompt: ComfyUI listens only to the very first message.</summary>
    /// <exception cref="WebSocketException">It failed; the inner exception is an <see cref="UnusableServerException"/> if something other than ComfyUI answered.</exception>
    public static async Task<ComfyUiSocket> ConnectAsync(
        ServerAccess access, string clientId, int maxFrame, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        // The server never pings and never gives up a half-open connection, so this side must.
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(5);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(8);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(timeout);
            await socket.ConnectAsync(AddressOf(access.Server, clientId), access.Sockets, deadline.Token);
            await socket.SendAsync(
                """{"type":"feature_flags","data":{"supports_preview_metadata":true}}"""u8.ToArray(),
                WebSocketMessageType.Text,
                endOfMessage: true,
                deadline.Token);
            return new ComfyUiSocket(socket, maxFrame);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads until the connection ends. The callback gets each whole message in a buffer that is reused; it must be quick, because ComfyUI
    /// stalls all its clients for one that reads slowly. A message beyond the limit is skipped.
    /// </summary>
    /// <returns>The other side's close reason, or its code; null if it gave none.</returns>
    public async Task<string?> ReadAsync(Action<ReadOnlyMemory<byte>, WebSocketMessageType> onMessage, Action<long> onTooLong, CancellationToken cancellationToken)
    {
        var buffer = new byte[InitialBuffer];
        var length = 0;
        long passedOver = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                return _socket.CloseStatus is null ? null : $"{(int)_socket.CloseStatus} {_socket.CloseStatusDescription}".Trim();
            length += result.Count;
            if (result.EndOfMessage)
            {
                if (passedOver > 0)
                    onTooLong(passedOver + length);
                else
                    onMessage(buffer.AsMemory(0, length), result.MessageType);
                (length, passedOver) = (0, 0);
                // One giant frame is no reason to keep a giant buffer.
                if (buffer.Length > 16 * InitialBuffer)
                    buffer = new byte[InitialBuffer];
            }
            else if (length == buffer.Length)
            {
                if (length < _maxFrame)
                    Array.Resize(ref buffer, (int)Math.Min(2L * length, Math.Max(_maxFrame, length + 1)));
                else
                    (length, passedOver) = (0, passedOver + length);
            }
        }
    }

    /// <summary>
    /// Ends the connection before it returns: a new one under the same client id must not be opened while the server may still hold this
    /// one, because the late end of the old one would cut off the new.
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
