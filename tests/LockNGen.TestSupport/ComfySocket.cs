using System.Net.WebSockets;
using System.Text;

namespace LockNGen.TestSupport;

/// <summary>A test's WebSocket at a ComfyUI, a simulated one or a door: collects what arrives, and waits for what a test expects.</summary>
public sealed class ComfySocket : IAsyncDisposable
{
    /// <summary>How long anything is waited for that should come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket;
    private readonly List<ReceivedFrame> _frames = [];
    private readonly Task _receiving;
    private TaskCompletionSource _changed = NewSignal();

    private ComfySocket(ClientWebSocket socket)
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

    /// <summary>Whether the server may still say something.</summary>
    public bool IsOpen => !_receiving.IsCompleted;

    /// <summary>The close code, or null if the connection was cut.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects and waits for the greeting: before it, the server may not yet know whom to send to.</summary>
    /// <param name="server">The address of the server, of any scheme.</param>
    /// <param name="path">Path and query: <c>/ws?clientId=me</c>.</param>
    /// <param name="configure">Further settings of the handshake.</param>
    public static async Task<ComfySocket> ConnectAsync(Uri server, string path, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        await socket.ConnectAsync(new Uri($"ws://{server.Authority}{path}"), CancellationToken.None);
        var connected = new ComfySocket(socket);
        await connected.WaitAsync("status");
        return connected;
    }

    /// <summary>Sends a text.</summary>
    public Task SendAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The first frame, from <paramref name="from"/> on, for which the condition holds.</summary>
    public async Task<ReceivedFrame> WaitAsync(Func<ReceivedFrame, bool> condition, int from = 0) =>
        await FindAsync(frames => frames.Skip(from).FirstOrDefault(condition));

    /// <summary>Waits until all that has arrived fulfils a condition; false when it never does, for those who go on without.</summary>
    public async Task<bool> ComesAsync(Func<IReadOnlyList<ReceivedFrame>, bool> isThere)
    {
        try
        {
            return await FindAsync(frames => isThere(frames) ? this : null) is not null;
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The first frame of a type, of this prompt if one is named.</summary>
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
        if (CloseStatus != WebSocketCloseStatus.NormalClosure)
            throw new InvalidOperationException($"The server did not agree to the close: {CloseStatus}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    private async Task<T> FindAsync<T>(Func<IReadOnlyList<ReceivedFrame>, T?> find)
        where T : class
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_frames)
            {
                if (find(_frames) is { } found)
                    return found;
                changed = _changed.Task;
            }

            if (_receiving.IsCompleted)
                throw new InvalidOperationException($"The connection ended. Received: {string.Join(", ", Frames.Select(f => f.Kind))}");
            await changed.WaitAsync(timeout.Token);
        }
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
            // Many tests are about cut connections; they check CloseStatus.
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
