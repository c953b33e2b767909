using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// The way to a client's socket without Kestrel's output pipe, which wakes a thread of the pool for each write. Kestrel's own answers take this
/// way too, so that a handshake is on the wire before anything that is sent after it.
/// </summary>
internal sealed class SocketOutput
{
    /// <summary>Answers leave in pieces of this size; the buffer is rented while there is something to write.</summary>
    private static readonly StreamPipeWriterOptions Buffers = new(minimumBufferSize: 32 << 10);

    private readonly Socket _socket;

    private SocketOutput(Socket socket)
    {
        _socket = socket;
        // A send that finds the kernel's buffer full says so at once; awaiting each would cost every connection the state of a send.
        _socket.Blocking = false;
    }

    /// <summary>Has all connections of the endpoint written to in this way.</summary>
    public static void Use(ListenOptions endpoint) => endpoint.Use(next => async connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is not { Socket: var socket })
        {
            await next(connection);
            return;
        }

        // Kestrel completes its own pipe when the connection is over, whoever writes to it.
        await using var stream = new ConnectionStream(socket, connection);
        connection.Features.Set(new SocketOutput(socket));
        connection.Transport = new DuplexPipe(connection.Transport.Input, PipeWriter.Create(stream, Buffers));
        await next(connection);
    });

    /// <summary>The output of this request's connection; null where bytes on the socket are not what the client reads: TLS, HTTP/2.</summary>
    public static SocketOutput? Of(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ITlsHandshakeFeature>() is null
            ? context.Features.Get<SocketOutput>()
            : null;

    /// <summary>Sends all of it; synchronously, unless the client reads too slowly.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = _socket.Send(bytes.Span, SocketFlags.None, out var error);
        if (sent == bytes.Length)
            return default;
        return error is SocketError.Success or SocketError.WouldBlock ? SendRestAsync(bytes[sent..]) : throw new SocketException((int)error);
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
