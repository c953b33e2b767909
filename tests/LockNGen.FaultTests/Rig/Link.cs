using System.Net;
using System.Net.Sockets;

namespace LockNGen.FaultTests.Rig;

/// <summary>
/// A TCP proxy between two parts, to cut, stall and clog the traffic between them. The client connects to <see cref="Port"/>.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    /// <summary>Small, so that unread data soon fills the sender's buffers.</summary>
    private const int BufferBytes = 32 * 1024;

    /// <summary>
    /// The loopback's own segments are larger than these buffers: such a one is never full, its receiver waits up to 200 ms before it
    /// acknowledges what has come, and nothing passes until then. So segments are as large as in other networks.
    /// </summary>
    private const int SegmentBytes = 1_400;

    private const int IpProtoTcp = 6;
    private const int TcpMaxSeg = 2;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Socket> _sockets = [];
    private readonly Lock _gate = new();
    private readonly int _target;
    private readonly Task _accepting;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkState _state;

    public Link(string client, string server, int target)
    {
        (Client, Server, _target) = (client, server, target);
        _listener.Server.ReceiveBufferSize = BufferBytes;
        LimitSegments(_listener.Server);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The part that connects.</summary>
    public string Client { get; }

    /// <summary>The part that is connected to.</summary>
    public string Server { get; }

    public string Name => $"{Client} -> {Server}";

    public int Port { get; }

    public Uri Http => new($"http://127.0.0.1:{Port}/");

    /// <summary>Changes what passes, for open and for new connections.</summary>
    public void Set(LinkState state)
    {
        Socket[] cut;
        TaskCompletionSource changed;
        lock (_gate)
        {
            _state = state;
            cut = state == LinkState.Cut ? [.. _sockets] : [];
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        foreach (var socket in cut)
            Reset(socket);
        changed.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Set(LinkState.Cut);
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_closing.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Closing; or a client that left before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = BufferBytes, SendBufferSize = BufferBytes, NoDelay = true };
        LimitSegments(server);
        client.NoDelay = true;
        client.SendBufferSize = BufferBytes;
        try
        {
            if (!Keep(client) || !Keep(server))
                return;
            await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            Task[] ways = [PumpAsync(client, server, LinkState.ClientClogged), PumpAsync(server, client, LinkState.ServerClogged)];
            // The first that fails ends both; one that merely has no more to send leaves the other to its own end.
            await await Task.WhenAny(ways);
            await Task.WhenAll(ways);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone; the other learns it from the reset below.
        }
        finally
        {
            Forget(client);
            Forget(server);
        }
    }

    /// <summary>Carries bytes one way until that side has no more.</summary>
    private async Task PumpAsync(Socket from, Socket to, LinkState clogged)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            await OpenAsync(clogged);
            var length = await from.ReceiveAsync(buffer, _closing.Token);
            await OpenAsync(clogged);
            if (length == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            for (var sent = 0; sent < length;)
                sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _closing.Token);
        }
    }

    private async Task OpenAsync(LinkState clogged)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_state != LinkState.Stalled && _state != clogged)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(_closing.Token);
        }
    }

    private bool Keep(Socket socket)
    {
        lock (_gate)
            return _state != LinkState.Cut && _sockets.Add(socket);
    }

    private void Forget(Socket socket)
    {
        lock (_gate)
            _sockets.Remove(socket);
        Reset(socket);
    }

    private static void LimitSegments(Socket socket) => socket.SetRawSocketOption(IpProtoTcp, TcpMaxSeg, BitConverter.GetBytes(SegmentBytes));

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }
}
