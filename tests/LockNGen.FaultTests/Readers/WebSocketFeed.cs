using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>A WebSocket, with pings as a careful client sends them.</summary>
/// <param name="receiveBuffer">Bytes that the kernel may hold for it; small for one that reads slowly.</param>
/// <param name="inlinePreviews">Whether previews come as bytes: the most that one can ask for.</param>
internal sealed class WebSocketFeed(int receiveBuffer = 128 * 1024, bool inlinePreviews = false) : IProgressFeed
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public async IAsyncEnumerable<Frame> ReadAsync(
        Link gateway, Guid? generation, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(5);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(10);
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var http = new HttpMessageInvoker(handler);
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            limit.CancelAfter(ConnectTimeout);
            await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Port}/api/ws/progress{Query(generation, after)}"), http, limit.Token);
        }

        var buffer = new byte[1 << 16];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                yield break;
            length += result.Count;
            if (!result.EndOfMessage)
                continue;
            var frame = Frame.Read(buffer.AsMemory(0, length));
            length = 0;
            if (frame is { } message)
                yield return message;
        }
    }

    private string Query(Guid? generation, long? after)
    {
        var query = inlinePreviews ? "?preview=inline" : "?preview=url";
        if (generation is not null)
            query += $"&generationId={generation}";
        return after is null ? query : query + $"&after={after}";
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
