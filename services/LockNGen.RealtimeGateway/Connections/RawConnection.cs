using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// A client's connection below HTTP. What is sent goes to the socket without Kestrel's output pipe, which wakes a thread of the pool for each
/// write; Kestrel's own answers take this way too, so that a handshake is on the wire before anything that is sent after it. And once its
/// handshake is answered, a WebSocket leaves HTTP behind: request, features and middleware would be most of what an idle client costs.
/// </summary>
internal sealed class RawConnection : IConnectionHeartbeatFeature
{
    /// <summary>Answers leave in pieces of this size; the buffer is rented while there is something to write.</summary>
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

    /// <summary>Has this for all connections of the endpoint.</summary>
    public static void Use(ListenOptions endpoint) => endpoint.Use(next => connection =>
        connection.Features.Get<IConnectionSocketFeature>() is { Socket: var socket }
            ? new RawConnection(connection, socket).RunAsync(next)
            : next(connection));

    /// <summary>This request's connection; null where bytes on the socket are not what the client reads: TLS, HTTP/2.</summary>
    public static RawConnection? Of(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ITlsHandshakeFeature>() is null
            ? context.Features.Get<RawConnection>()
            : null;

    /// <summary>What comes once the request has ended, which must have upgraded the connection. It is given what the client sends from there on.</summary>
    public void AfterHttp(Func<PipeReader, Task> next) => _next = next;

    /// <summary>Ends the connection without a word; whoever reads learns of it.</summary>
    public void Abort() => _connection.Abort(new ConnectionAbortedException("The gateway has ended the connection."));

    /// <summary>Sends all of it; synchronously, unless the client reads too slowly.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = _socket.Send(bytes.Span, SocketFlags.None, out var error);
        if (sent == bytes.Length)
            return default;
        return error is SocketError.Success or SocketError.WouldBlock ? SendRestAsync(bytes[sent..]) : throw new SocketException((int)error);
    }

    /// <summary>HTTP asks for a call every second, and Kestrel keeps whoever asks for as long as the connection lives: so it keeps this instead.</summary>
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
        // A send that finds the kernel's buffer full says so at once; awaiting each would cost every connection the state of a send.
        _socket.Blocking = false;
        var transport = _connection.Transport;
        _connection.Features.Set(this);
        _connection.Features.Set<IConnectionHeartbeatFeature>(this);
        // Kestrel completes its own pipe when the connection is over, whoever writes to it.
        _connection.Transport = new DuplexPipe(transport.Input, PipeWriter.Create(stream, Buffers));
        await http(_connection);

        // Nothing of HTTP may stay in the connection's hands.
        _connection.Transport = transport;
        _beats = null;
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
    }

    /// <summary>Kestrel expects a pipe, and logs an error when one fails to write: that a client has gone is told by the end of the connection.</summary>
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
