using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>A socket at a door: collects what arrives, and waits for what a test expects.</summary>
internal sealed class DoorSocket : IAsyncDisposable
{
    /// <summary>How long anything is waited for that should come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly List<(JsonObject? Json, byte[] Bytes)> _frames = [];
    private readonly SemaphoreSlim _changed = new(0);
    private Task _receiving = Task.CompletedTask;

    public IReadOnlyList<(JsonObject? Json, byte[] Bytes)> Frames
    {
        get
        {
            lock (_frames)
                return [.. _frames];
        }
    }

    public static async Task<DoorSocket> ConnectAsync(Uri door, string path)
    {
        var connected = new DoorSocket();
        await connected._socket.ConnectAsync(new Uri($"ws://{door.Authority}{path}"), CancellationToken.None);
        connected._receiving = connected.ReceiveAsync();
        await connected.WaitAsync(frames => frames.Count > 0);
        return connected;
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public async Task WaitAsync(Func<IReadOnlyList<(JsonObject? Json, byte[] Bytes)>, bool> isThere)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!isThere(Frames))
            await _changed.WaitAsync(limit.Token);
    }

    /// <summary>Waits as <see cref="WaitAsync"/> does, for those who go on without.</summary>
    public async Task<bool> ComesAsync(Func<IReadOnlyList<(JsonObject? Json, byte[] Bytes)>, bool> isThere)
    {
        try
        {
            await WaitAsync(isThere);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        await _receiving.WaitAsync(limit.Token);
        _socket.Dispose();
        _changed.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            using var message = new MemoryStream();
            WebSocketReceiveResult received;
            do
            {
                received = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, received.Count);
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Close)
                return;
            var json = received.MessageType == WebSocketMessageType.Text ? JsonNode.Parse(message.ToArray()) as JsonObject : null;
            lock (_frames)
                _frames.Add((json, message.ToArray()));
            _changed.Release();
        }
    }
}
