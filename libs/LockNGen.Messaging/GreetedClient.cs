using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// A socket that counts as connected once the broker's node has sent something. The kernel of a frozen node accepts connections on its behalf, and
/// RabbitMQ.Client then waits for the greeting forever (it sets the socket's timeout, which asynchronous reads ignore), and tries no
/// other node. So the protocol header is sent here: a node that does not answer it was not reached.
/// </summary>
internal sealed class GreetedClient(Socket socket, bool isTls, TimeSpan patience) : TcpClientAdapter(socket)
{
    /// <summary>The header that an AMQP 0-9-1 client sends first.</summary>
    private static readonly byte[] Header = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];

    public static ITcpClient Create(AddressFamily family, bool isTls, TimeSpan patience) =>
        new GreetedClient(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, isTls, patience);

    public override async Task ConnectAsync(IPAddress host, int port, CancellationToken cancellationToken = default)
    {
        await base.ConnectAsync(host, port, cancellationToken);
        // With TLS, a frozen node leaves the handshake unanswered; its timeout is set below.
        if (isTls)
            return;
        await Client.SendAsync(Header, cancellationToken);
        // Waits for the first byte without consuming it.
        await WithinAsync(patience, async token => await Client.ReceiveAsync(Memory<byte>.Empty, token), cancellationToken);
        // The end of the connection also counts as something to read: a balancer that finds no node behind it closes what it has accepted.
        if (Client.Available == 0)
            throw new IOException("The broker's node accepted the connection, but closed it without sending anything.");
    }

    public override NetworkStream GetStream() => new GreetedStream(Client, isTls, patience);

    private static async ValueTask<int> WithinAsync(TimeSpan patience, Func<CancellationToken, ValueTask<int>> read, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            return await read(limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The broker's node accepted the connection, but sent nothing within {patience.TotalSeconds} s.", e);
        }
    }

    private sealed class GreetedStream(Socket socket, bool isTls, TimeSpan patience) : NetworkStream(socket)
    {
        private bool _hasRead;
        private bool _hasWritten;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_hasRead)
                return base.ReadAsync(buffer, cancellationToken);
            _hasRead = true;
            return WithinAsync(patience, token => base.ReadAsync(buffer, token), cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var isSaid = !isTls && !_hasWritten && buffer.Span.StartsWith(Header);
            _hasWritten = true;
            return base.WriteAsync(isSaid ? buffer[Header.Length..] : buffer, cancellationToken);
        }
    }
}
