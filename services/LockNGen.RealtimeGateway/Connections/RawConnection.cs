using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// A client's connection below HTTP. Bytes go to the socket without Kestrel's output pipe, which wakes a thread of the pool for each
/// write; Kestrel's own answers go the same way, so that a handshake is on the wire before anything sent after it. Once its
/// handshake is answered, a WebSocket leaves HTTP: request, features and middleware would be most of what an idle client costs.
/// </summary>
internal sealed class RawConnection : IConnectionHeartbeatFeature
{
    /// <summary>Answers are sent in pieces of this size; the buffer is rented only while there is something to write.</summary>
    private static readonly StreamPipeWriterOptions Buffers = new(minimumBufferSize: 32 << 10);

    private readonly ConnectionContext _connection;
    private readonly Socket _socket;
    private readonly IConnectionHeartbeatFeature? _heartbeat;
    private Action? _beats;
    private Func<PipeReader, Task>? _next;

    private RawConnection(ConnectionContext connection, Socket socket)
    {
        _connection = connection;
        _socket = socket;
        _heartbeat = connection.Features.Get<IConnectionHeartbeatFeature>();
    }

    /// <summary>Adds this to all connections of the endpoint.</summary>
    public static void Use(ListenOptions endpoint) => endpoint.Use(next => connection =>
        connection.Features.Get<IConnectionSocketFeature>() is { Socket: var socket }
            ? new RawConnection(connection, socket).RunAsync(next)
            : next(connection));

    /// <summary>This request's connection; null if the client does not read the bytes of the socket directly: TLS, HTTP/2.</summary>
    public static RawConnection? Of(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ITlsHandshakeFeature>() is null
            ? context.Features.Get<RawConnection>()
            : null;

    /// <summary>What runs after the request, which must have upgraded the connection. It is passed what the client sends from then on.</summary>
    public void AfterHttp(Func<PipeReader, Task> next) => _next = next;

    /// <summary>Ends the connection without a close frame; pending reads end, too.</summary>
    public void Abort() => _connection.Abort(new ConnectionAbortedException("The gateway has ended the connection."));

    /// <summary>Sends all of it; synchronously unless the client reads too slowly.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = _socket.Send(bytes.Span, SocketFlags.None, out var error);
        if (sent == bytes.Length)
            return default;
        return error is SocketError.Success or SocketError.WouldBlock ? SendRestAsync(bytes[sent..]) : throw new SocketException((int)error);
    }

    /// <summary>HTTP requests a call every second, and Kestrel keeps a reference to the receiver for as long as the connection lives: this object is small.</summary>
    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state)
    {
        if (_beats is null)
            _heartbeat?.OnHeartbeat(static raw => ((RawConnection)raw)._beats?.Invoke(), this);
        _beats += () => action(state);
    }

    private async Task RunAsync(ConnectionDelegate http)
    {
        await RunHttpAsync(http);
        if (_next is { } next)
            await next(_connection.Transport.Input);
    }

    private async Task RunHttpAsync(ConnectionDelegate http)
    {
        await using var stream = new ConnectionStream(_socket, _connection);
        // A send that finds the kernel's buffer full fails at once; awaiting each send would cost every connection the state of one.
        _socket.Blocking = false;
        var transport = _connection.Transport;
        _connection.Features.Set(this);
        _connection.Features.Set<IConnectionHeartbeatFeature>(this);
        // Kestrel completes its own pipe when the connection ends, no matter who writes to it.
        _connection.Transport = new DuplexPipe(transport.Input, PipeWriter.Create(stream, Buffers));
        await http(_connection);

        // The connection must not keep any reference to HTTP.
        _connection.Transport = transport;
        _beats = null;
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
    }

    /// <summary>Kestrel expects a pipe, and logs an error if a write to it fails: the end of the connection already shows that a client is gone.</summary>
    private sealed class ConnectionStream(Socket socket, ConnectionContext connection) : NetworkStream(socket, ownsSocket: false)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await base.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException e)
            {
                connection.Abort(new ConnectionAbortedException("The client has gone.", e));
            }
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
