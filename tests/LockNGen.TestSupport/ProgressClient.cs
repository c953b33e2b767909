using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace LockNGen.TestSupport;

/// <summary>A WebSocket client as plain as a browser's: connects, keeps every frame, hands them out in order.</summary>
public sealed class ProgressClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonElement> _frames = Channel.CreateUnbounded<JsonElement>();
    private readonly List<JsonElement> _seen = [];
    private Task _reading = Task.CompletedTask;

    private ProgressClient()
    {
    }

    /// <summary>Every frame taken so far, in order.</summary>
    public IReadOnlyList<JsonElement> Seen => _seen;

    /// <summary>The highest sequence taken so far: the cursor to resume from.</summary>
    public long Cursor => _seen.Where(f => f.TryGetProperty("sequence", out _)).Select(f => f.GetProperty("sequence").GetInt64()).DefaultIfEmpty(0).Max();

    /// <summary>How the server closed the connection, once it has.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects to <c>/api/ws/progress</c> of a gateway.</summary>
    /// <param name="gateway">http:// or https:// address of the gateway.</param>
    /// <param name="query">For example <c>generationId=...&amp;after=0</c>.</param>
    /// <param name="configure">Further settings of the client.</param>
    /// <param name="http">Makes the connection, if it is not HTTP/1.1.</param>
    public static async Task<ProgressClient> ConnectAsync(
        Uri gateway, string query = "", Action<ClientWebSocketOptions>? configure = null, HttpMessageInvoker? http = null)
    {
        var client = new ProgressClient();
        configure?.Invoke(client._socket.Options);
        var address = new UriBuilder(gateway) { Scheme = gateway.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = "/api/ws/progress", Query = query }.Uri;
        using var limit = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(address, http, limit.Token);
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>The type of a frame.</summary>
    public static string TypeOf(JsonElement frame) => frame.GetProperty("type").GetString()!;

    /// <summary>The next frame.</summary>
    /// <exception cref="ChannelClosedException">The connection has ended.</exception>
    public async Task<JsonElement> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var frame = await _frames.Reader.ReadAsync(limit.Token);
        _seen.Add(frame);
        return frame;
    }

    /// <summary>Takes frames until one matches, and returns it.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> match)
    {
        while (true)
        {
            var frame = await NextAsync();
            if (match(frame))
                return frame;
        }
    }

    /// <summary>Takes frames until one of this type arrives, and returns it.</summary>
    public Task<JsonElement> UntilAsync(string type) => UntilAsync(f => TypeOf(f) == type);

    /// <summary>Sends a text frame.</summary>
    public async Task SendAsync(string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
    }

    /// <summary>Waits until the connection has ended, however.</summary>
    public Task EndedAsync() => _reading.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
                var result = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                    break;
                length += result.Count;
                if (!result.EndOfMessage)
                    continue;
                using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
                _frames.Writer.TryWrite(document.RootElement.Clone());
                length = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is gone, as in the tests of crashes.
        }
        finally
        {
            _frames.Writer.TryComplete();
        }
    }
}
