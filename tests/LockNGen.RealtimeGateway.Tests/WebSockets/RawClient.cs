using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace LockNGen.RealtimeGateway.Tests.WebSockets;

/// <summary>A client that sends whatever bytes a test wants, and reads what comes back frame by frame.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _tcp = new();
    private NetworkStream _stream = null!;

    /// <summary>The answer to the handshake, headers included.</summary>
    public string Answer { get; private set; } = "";

    public static async Task<RawClient> ConnectAsync(Uri gateway, string query = "", string headers = "", int? receiveBuffer = null)
    {
        var client = await DialAsync(gateway, receiveBuffer);
        await client.SendAsync(Handshake(gateway, query, headers));
        client.Answer = await client.ReadHeadersAsync();
        return client;
    }

    /// <summary>The client's side of the handshake.</summary>
    public static byte[] Handshake(Uri gateway, string query = "", string headers = "") => Encoding.ASCII.GetBytes(
        $"GET /api/ws/progress?{query} HTTP/1.1\r\nHost: {gateway.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n");

    /// <summary>Connects without saying anything.</summary>
    public static async Task<RawClient> DialAsync(Uri gateway, int? receiveBuffer = null)
    {
        var client = new RawClient();
        if (receiveBuffer is { } bytes)
            client._tcp.ReceiveBufferSize = bytes;
        await client._tcp.ConnectAsync(gateway.Host, gateway.Port);
        client._stream = client._tcp.GetStream();
        return client;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        await _stream.WriteAsync(bytes, limit.Token);
    }

    public Task SendTextAsync(string text) => SendFrameAsync(0x81, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends one frame; <paramref name="start"/> is its first byte (FIN, reserved bits, opcode).</summary>
    public Task SendFrameAsync(byte start, byte[] payload, bool masked = true)
    {
        var frame = new List<byte> { start };
        var mask = masked ? (byte)0x80 : (byte)0;
        Span<byte> length = stackalloc byte[8];
        if (payload.Length < 126)
        {
            frame.Add((byte)(mask | payload.Length));
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frame.Add((byte)(mask | 126));
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
            frame.AddRange(length[..2]);
        }
        else
        {
            frame.Add((byte)(mask | 127));
            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
            frame.AddRange(length);
        }

        byte[] key = [1, 2, 3, 4];
        if (masked)
            frame.AddRange(key);
        frame.AddRange(payload.Select((b, i) => masked ? (byte)(b ^ key[i % 4]) : b));
        return SendAsync(frame.ToArray());
    }

    public async Task<(byte Start, byte[] Payload)> ReadFrameAsync()
    {
        var head = await ReadBytesAsync(2);
        head[1].ShouldBeLessThan((byte)0x80, "a server does not mask");
        var length = (int)head[1];
        if (length == 126)
            length = BinaryPrimitives.ReadUInt16BigEndian(await ReadBytesAsync(2));
        else if (length == 127)
            length = (int)BinaryPrimitives.ReadUInt64BigEndian(await ReadBytesAsync(8));
        return (head[0], await ReadBytesAsync(length));
    }

    /// <summary>Reads until a frame of this opcode.</summary>
    public async Task<byte[]> UntilAsync(byte opcode)
    {
        while (true)
        {
            var (start, payload) = await ReadFrameAsync();
            if ((start & 0x0F) == opcode)
                return payload;
        }
    }

    /// <summary>Waits until the gateway listens to this client, and so has subscribed it.</summary>
    public async Task ListenedToAsync()
    {
        await SendTextAsync("""{"type":"ping"}""");
        while (!Encoding.UTF8.GetString(await UntilAsync(0x1)).Contains("\"pong\"", StringComparison.Ordinal))
        {
            // What was sent before the answer.
        }
    }

    public async Task<int> CloseCodeAsync() => BinaryPrimitives.ReadUInt16BigEndian(await UntilAsync(0x8));

    /// <summary>Whether the server has ended the connection.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var rest = new byte[1024];
        try
        {
            while (await _stream.ReadAsync(rest, limit.Token) > 0)
            {
                // Bytes that were still on their way.
            }
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }

        return true;
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    public async Task<byte[]> ReadBytesAsync(int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, limit.Token);
        return bytes;
    }

    /// <summary>Reads an answer up to its empty line.</summary>
    public async Task<string> ReadHeadersAsync()
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            text.Append((char)(await ReadBytesAsync(1))[0]);
        return text.ToString();
    }
}
