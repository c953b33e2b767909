using System.Net.WebSockets;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Frames;

namespace LockNGen.ComfyDoors.Sockets;

/// <summary>One open WebSocket: frames wait here for their turn, and one loop writes them.</summary>
internal sealed class DoorSocket(WebSocket socket, DoorCaller caller, ResultSource results, int maxBacklog) : IDisposable
{
    /// <summary>From this size on, superseded frames are dropped.</summary>
    private const int Slow = 1 << 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<(long Number, Frame Frame)> _queue = [];
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly CancellationTokenSource _ended = new();
    private int _bytes;
    private long _sent;
    private long _written;

    public DoorCaller Caller => caller;

    /// <summary>Whether pictures are sent with the node they belong to.</summary>
    public bool WantsMetadata { get; set; }

    /// <summary>What the connection is closed with; unless it is set, the server is the one that leaves.</summary>
    public WebSocketCloseStatus CloseStatus { get; set; } = WebSocketCloseStatus.EndpointUnavailable;

    /// <summary>The client has closed the connection properly; what was written before has arrived.</summary>
    public bool ClosedCleanly => CloseStatus == WebSocketCloseStatus.NormalClosure;

    /// <summary>Cancelled when the connection must end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The number of the last frame sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Whether the client can no longer receive any frame up to this number.</summary>
    public bool HasWritten(long number) => _ended.IsCancellationRequested || Interlocked.Read(ref _written) >= number;

    /// <summary>Queues a frame.</summary>
    public void Send(Frame frame)
    {
        lock (_gate)
        {
            _queue.AddLast((++_sent, frame));
            _bytes += frame.Bytes;
            if (_bytes > Slow)
                DropSuperseded();
            if (_bytes > maxBacklog)
            {
                // It reconnects, and gets the rest.
                _ended.Cancel();
                return;
            }
        }

        _waiting.Release();
    }

    /// <summary>Ends the connection.</summary>
    public void End() => _ended.Cancel();

    public void Dispose()
    {
        _waiting.Dispose();
        _ended.Dispose();
    }

    /// <summary>Writes until the connection ends.</summary>
    public async Task WriteAsync()
    {
        while (true)
        {
            await _waiting.WaitAsync(_ended.Token);
            if (Take() is not var (number, frame))
                continue;
            var (type, bytes) = await ReadAsync(frame);
            if (bytes.Length > 0)
                await socket.SendAsync(bytes, type, endOfMessage: true, _ended.Token);
            Interlocked.Exchange(ref _written, number);
        }
    }

    private async Task<(WebSocketMessageType Type, ReadOnlyMemory<byte> Bytes)> ReadAsync(Frame frame)
    {
        switch (frame)
        {
            case TextFrame text:
                return (WebSocketMessageType.Text, text.Utf8);
            case PreviewFrame preview:
                return (WebSocketMessageType.Binary, PictureFrames.Preview(preview, WantsMetadata));
            case ResultFrame result:
                var image = await results.FetchAsync(caller, result, _ended.Token);
                return (WebSocketMessageType.Binary, image is null ? default : PictureFrames.Result(result, image, WantsMetadata));
            default:
                return default;
        }
    }

    private (long Number, Frame Frame)? Take()
    {
        lock (_gate)
        {
            if (_queue.First is not { } first)
                return null;
            _queue.RemoveFirst();
            _bytes -= first.Value.Frame.Bytes;
            return first.Value;
        }
    }

    /// <summary>Drops previews first, then progress; the newest of each stays.</summary>
    private void DropSuperseded()
    {
        foreach (var kind in (ReadOnlySpan<FrameKind>)[FrameKind.Preview, FrameKind.Custom, FrameKind.ProgressState, FrameKind.Progress])
        {
            var isNewest = true;
            for (var at = _queue.Last; at is not null && _bytes > Slow;)
            {
                var previous = at.Previous;
                if (at.Value.Frame.Kind == kind && !isNewest)
                {
                    _bytes -= at.Value.Frame.Bytes;
                    _queue.Remove(at);
                }

                isNewest &= at.Value.Frame.Kind != kind;
                at = previous;
            }
        }
    }
}
