using System.Net.WebSockets;

namespace LockNGen.ComfyUiSimulator.Sockets;

/// <summary>One open WebSocket.</summary>
internal sealed class SocketConnection(string clientId, WebSocket socket, Action abort) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _framesSent;
    private volatile bool _disposed;

    public string ClientId { get; } = clientId;

    /// <summary>A fault: the connection stays open and healthy, but no longer receives anything.</summary>
    public bool IsDeaf { get; set; }

    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Sends, or waits for as long as the client does not read: the caller is stalled with it, as in the real server.</summary>
    public async Task SendAsync(Frame frame, CancellationToken cancellationToken)
    {
        if (IsDeaf || socket.State != WebSocketState.Open)
            return;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(frame.Payload, frame.Type, frame.EndOfMessage, cancellationToken);
            Interlocked.Increment(ref _framesSent);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Cuts the connection without a close frame.</summary>
    public void Abort()
    {
        if (!_disposed)
            abort();
    }

    public void Dispose()
    {
        _disposed = true;
        _turn.Dispose();
    }
}
