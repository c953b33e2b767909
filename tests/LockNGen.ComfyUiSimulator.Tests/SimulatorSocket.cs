using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests;

/// <summary>A test's WebSocket: collects what arrives, and waits for what a test expects.</summary>
internal sealed class SimulatorSocket : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket;
    private readonly List<ReceivedFrame> _frames = [];
    private readonly Task _receiving;
    private TaskCompletionSource _changed = NewSignal();

    private SimulatorSocket(ClientWebSocket socket)
    {
        _socket = socket;
        _receiving = ReceiveAsync();
    }

    /// <summary>What has arrived so far.</summary>
    public IReadOnlyList<ReceivedFrame> Frames
    {
        get
        {
            lock (_frames)
                return [.. _frames];
        }
    }

    public bool IsOpen => !_receiving.IsCompleted;

    /// <summary>The close code, or null if the connection was cut.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects and waits for the greeting: before it, the server may not yet know whom to send to.</summary>
    public static async Task<SimulatorSocket> ConnectAsync(SimulatorHost host, string clientId, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        await socket.ConnectAsync(host.SocketAddress(clientId), CancellationToken.None);
        var connected = new SimulatorSocket(socket);
        await connected.WaitAsync("status");
        return connected;
    }

    public Task SendAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The first frame, from <paramref name="from"/> on, for which the condition holds.</summary>
    public async Task<ReceivedFrame> WaitAsync(Func<ReceivedFrame, bool> condition, int from = 0)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_frames)
            {
                if (_frames.Skip(from).FirstOrDefault(condition) is { } frame)
                    return frame;
                changed = _changed.Task;
            }

            if (_receiving.IsCompleted)
                throw new InvalidOperationException($"The connection ended. Received: {string.Join(", ", Frames.Select(f => f.Kind))}");
            await changed.WaitAsync(timeout.Token);
        }
    }

    public Task<ReceivedFrame> WaitAsync(string type, string? promptId = null) =>
        WaitAsync(f => f.Kind == type && (promptId is null || f.Data?["prompt_id"]?.ToString() == promptId));

    /// <summary>The last message of a prompt.</summary>
    public Task<ReceivedFrame> WaitForEndAsync(string promptId) =>
        WaitAsync(f => f.Kind == "executing" && f.Data!["node"] is null && f.Data["prompt_id"]?.ToString() == promptId);

    /// <summary>Waits until the connection ends, whichever way.</summary>
    public Task WaitForCloseAsync() => _receiving.WaitAsync(Patience);

    /// <summary>Closes as clients should, and sees the server agree.</summary>
    public async Task CloseAsync()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        await WaitForCloseAsync();
        CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                WebSocketReceiveResult result;
                do
                {
                    result = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                    message.Write(buffer, 0, result.Count);
                }
                while (!result.EndOfMessage);
                if (result.MessageType == WebSocketMessageType.Close)
                    return;
                Add(new ReceivedFrame(result.MessageType == WebSocketMessageType.Text, message.ToArray()));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // A cut connection is what many tests are about; they look at CloseStatus.
            return;
        }
        finally
        {
            Signal();
        }
    }

    private void Add(ReceivedFrame frame)
    {
        lock (_frames)
            _frames.Add(frame);
        Signal();
    }

    private void Signal()
    {
        lock (_frames)
        {
            _changed.TrySetResult();
            _changed = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A message: text with its JSON, or binary.</summary>
internal sealed class ReceivedFrame(bool isText, byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    public JsonObject? Json { get; } = isText ? TryParse(bytes) : null;

    public JsonObject? Data => Json?["data"] as JsonObject;

    /// <summary>The event's type, or <c>binary:</c> and the kind.</summary>
    public string Kind => Json?["type"]?.ToString() ?? (isText ? "garbage" : $"binary:{(Bytes.Length > 3 ? Bytes[3] : -1)}");

    private static JsonObject? TryParse(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
