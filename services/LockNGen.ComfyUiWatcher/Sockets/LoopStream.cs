using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using LockNGen.Hosting.Streams;

namespace LockNGen.ComfyUiWatcher.Sockets;

/// <summary>A connection of the <see cref="SocketLoop"/>. A read that has to wait completes on the loop's thread, and so does what awaits it.</summary>
internal sealed class LoopStream : DuplexStream, IValueTaskSource<int>
{
    private readonly Socket _socket;
    private readonly Action _closed;
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _into;
    private bool _isReading;
    private bool _mayHaveInput;
    private bool _isEnding;
    private bool _isDisposed;
    private TaskCompletionSource? _writable;

    /// <summary>Opens nothing yet.</summary>
    public LoopStream(AddressFamily family, Action closed)
    {
        _socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        _closed = closed;
    }

    /// <summary>Connects.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="watch">Makes the loop call <see cref="Take"/>; not before connecting has begun, because an idle socket counts as closed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ConnectAsync(IPEndPoint address, Action<SafeHandle> watch, CancellationToken cancellationToken)
    {
        Task connected;
        lock (_gate)
            connected = UntilWritable();
        try
        {
            // Begins, and returns at once; ConnectAsync would leave the socket to .NET's own loop, which every frame would then wake as well.
            _socket.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // The loop learns how it ends.
        }

        watch(_socket.SafeHandle);
        await connected.WaitAsync(cancellationToken);
        if (_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
            throw new SocketException(error);
    }

    /// <summary>Called by the loop with what happened to the socket.</summary>
    public void Take(SocketNews news)
    {
        var count = 0;
        Exception? problem = null;
        lock (_gate)
        {
            if ((news & ~SocketNews.Readable) != SocketNews.None)
            {
                _writable?.TrySetResult();
                _writable = null;
            }

            _isEnding |= (news & (SocketNews.EndOfInput | SocketNews.HungUp | SocketNews.Error)) != SocketNews.None;
            _mayHaveInput |= _isEnding || (news & SocketNews.Readable) != SocketNews.None;
            if (!_isReading)
                return;
            try
            {
                if (!TryReceive(_into.Span, out count))
                    return;
            }
            catch (IOException e)
            {
                problem = e;
            }

            (_isReading, _into) = (false, default);
        }

        if (problem is null)
            _read.SetResult(count);
        else
            _read.SetException(problem);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Whoever wants to stop waiting disposes the stream, as HttpClient and WebSockets do.
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (TryReceive(buffer.Span, out var count))
                return ValueTask.FromResult(count);
            (_isReading, _into) = (true, buffer);
            _read.Reset();
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            Task writable;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                var sent = _socket.Send(buffer.Span, SocketFlags.None, out var error);
                if (error is not (SocketError.Success or SocketError.WouldBlock))
                    throw Failure(error);
                buffer = buffer[sent..];
                if (error == SocketError.Success)
                    continue;
                writable = UntilWritable();
            }

            await writable.WaitAsync(cancellationToken);
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        bool wasReading;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            (wasReading, _isReading, _into) = (_isReading, false, default);
            _writable?.TrySetResult();
            _socket.Dispose();
        }

        _closed();
        // Whoever disposes it may hold locks that the reader needs.
        if (wasReading)
            ThreadPool.UnsafeQueueUserWorkItem(static stream => stream.EndRead(), this, preferLocal: false);
        base.Dispose(disposing);
    }

    private void EndRead() => _read.SetException(new ObjectDisposedException(nameof(LoopStream)));

    private static IOException Failure(SocketError error)
    {
        var cause = new SocketException((int)error);
        return new IOException(cause.Message, cause);
    }

    /// <summary>Receives what is there, if anything is; into an empty buffer nothing, but says so.</summary>
    private bool TryReceive(Span<byte> buffer, out int count)
    {
        count = 0;
        if (!_mayHaveInput)
            return false;
        if (buffer.IsEmpty)
            return true;
        count = _socket.Receive(buffer, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
            throw Failure(error);
        // Fewer bytes than asked for are all there were, and more are reported; the end, which may have been reported with them, is not.
        _mayHaveInput = _isEnding || (error == SocketError.Success && count == buffer.Length);
        return error == SocketError.Success;
    }

    private Task UntilWritable() => (_writable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
