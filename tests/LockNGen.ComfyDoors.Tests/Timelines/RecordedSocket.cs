using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace LockNGen.ComfyDoors.Tests.Timelines;

/// <summary>A WebSocket that records what is sent through it.</summary>
internal sealed class RecordedSocket : WebSocket
{
    private readonly SemaphoreSlim _sent = new(0);
    private readonly List<string> _frames = [];

    public override WebSocketCloseStatus? CloseStatus => null;
    public override string? CloseStatusDescription => null;
    public override WebSocketState State => WebSocketState.Open;
    public override string? SubProtocol => null;

    /// <summary>The next frames, as <c>type prompt</c>.</summary>
    public async Task<List<string>> NextAsync(int count)
    {
        for (var i = 0; i < count; i++)
            (await _sent.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue($"only {i} of {count} frames came");
        lock (_frames)
        {
            var next = _frames[..count];
            _frames.RemoveRange(0, count);
            return next;
        }
    }

    /// <summary>Until this is done nothing that is sent gets through.</summary>
    public Task Reader { get; set; } = Task.CompletedTask;

    /// <summary>How many more have come.</summary>
    public int Waiting => _sent.CurrentCount;

    public override async Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        await Reader;
        var frame = JsonElement.Parse(Encoding.UTF8.GetString(buffer));
        var data = frame.GetProperty("data");
        var prompt = data.TryGetProperty("prompt_id", out var id) ? " " + id.GetString()![..1] : "";
        var end = data.TryGetProperty("node", out var node) && node.ValueKind == JsonValueKind.Null ? " end" : "";
        var count = data.TryGetProperty("status", out var status) ? " " + status.GetProperty("exec_info").GetProperty("queue_remaining").GetInt32() : "";
        lock (_frames)
            _frames.Add(frame.GetProperty("type").GetString() + count + prompt + end);
        _sent.Release();
    }

    public override void Abort()
    {
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override void Dispose() => _sent.Dispose();
}
