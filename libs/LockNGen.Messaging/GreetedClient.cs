using System.Net.Sockets;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// A socket to a node that has to say something soon. The kernel of a frozen node accepts connections for it, and RabbitMQ.Client then waits for
/// the node's greeting for ever: its timeout is one of the socket, which asynchronous reads do not heed.
/// </summary>
internal sealed class GreetedClient(Socket socket, TimeSpan patience) : TcpClientAdapter(socket)
{
    public static ITcpClient Create(AddressFamily family, TimeSpan patience) =>
        new GreetedClient(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, patience);

    public override NetworkStream GetStream() => new GreetedStream(Client, patience);

    private sealed class GreetedStream(Socket socket, TimeSpan patience) : NetworkStream(socket)
    {
        private bool _isGreeted;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _isGreeted ? base.ReadAsync(buffer, cancellationToken) : ReadGreetingAsync(buffer, cancellationToken);

        private async ValueTask<int> ReadGreetingAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(patience);
            try
            {
                var count = await base.ReadAsync(buffer, limit.Token);
                _isGreeted = true;
                return count;
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"The broker's node accepted the connection, but said nothing within {patience.TotalSeconds} s.", e);
            }
        }
    }
}
