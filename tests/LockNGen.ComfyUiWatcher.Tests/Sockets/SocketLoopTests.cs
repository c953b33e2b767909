using System.Net;
using System.Net.Sockets;
using LockNGen.ComfyUiWatcher.Sockets;

namespace LockNGen.ComfyUiWatcher.Tests.Sockets;

public sealed class SocketLoopTests : IDisposable
{
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly SocketLoop _loop = new(round => round());

    public SocketLoopTests() => _server.Start();

    private DnsEndPoint Address => new("127.0.0.1", ((IPEndPoint)_server.LocalEndpoint).Port);

    public void Dispose()
    {
        _loop.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Read_ThatHasToWait_GoesOnOnTheLoopsThread()
    {
        var (stream, peer) = await ConnectAsync();
        using var ends = peer;
        var reading = NamedReadAsync();
        reading.IsCompleted.ShouldBeFalse();

        await peer.SendAsync(new byte[] { 1, 2, 3 }, _stop);

        (await reading).ShouldBe((3, "socket loop"));

        async Task<(int, string?)> NamedReadAsync()
        {
            var count = await stream.ReadAsync(new byte[8], _stop);
            return (count, Thread.CurrentThread.Name);
        }
    }

    [Fact]
    public async Task Read_InPiecesSmallerThanWhatCame_GetsAllOfIt()
    {
        var (stream, peer) = await ConnectAsync();
        using var ends = peer;
        var sent = RandomBytes(1 << 20);
        var sending = peer.SendAsync(sent, _stop).AsTask();
        var received = new MemoryStream();
        var piece = new byte[777];
        while (received.Length < sent.Length)
            received.Write(piece.AsSpan(0, await stream.ReadAsync(piece, _stop)));

        await sending;
        received.ToArray().ShouldBe(sent);
    }

    [Fact]
    public async Task Read_EndThatCameWithTheLastBytes_IsSeenAfterThem()
    {
        var (stream, peer) = await ConnectAsync();
        await peer.SendAsync(new byte[] { 1, 2, 3 }, _stop);
        peer.Dispose();
        var buffer = new byte[8];
        var count = 0;
        while (count < 3)
            count += await stream.ReadAsync(buffer, _stop);

        (await stream.ReadAsync(buffer, _stop)).ShouldBe(0);
    }

    [Fact]
    public async Task Read_IntoNothing_CompletesOnceThereIsSomething()
    {
        var (stream, peer) = await ConnectAsync();
        using var ends = peer;
        var reading = stream.ReadAsync(Memory<byte>.Empty, _stop).AsTask();
        reading.IsCompleted.ShouldBeFalse();

        await peer.SendAsync(new byte[] { 1 }, _stop);

        (await reading).ShouldBe(0);
        (await stream.ReadAsync(new byte[8], _stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Read_OfAStreamThatIsDisposed_Fails()
    {
        var (stream, peer) = await ConnectAsync();
        using var ends = peer;
        var reading = stream.ReadAsync(new byte[8], _stop).AsTask();

        await stream.DisposeAsync();

        await reading.ShouldThrowAsync<ObjectDisposedException>();
        (await peer.ReceiveAsync(new byte[8], _stop)).ShouldBe(0);
    }

    [Fact]
    public async Task Read_OfAStreamWhoseLoopEnds_Fails()
    {
        var (stream, peer) = await ConnectAsync();
        using var ends = peer;
        var reading = stream.ReadAsync(new byte[8], _stop).AsTask();

        _loop.Dispose();

        await reading.ShouldThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Write_MoreThanTheSocketTakes_WaitsForTheReader()
    {
        var (stream, peer) = await ConnectAsync();
        using var ends = peer;
        var sent = RandomBytes(32 << 20);
        var writing = stream.WriteAsync(sent, _stop).AsTask();
        writing.IsCompleted.ShouldBeFalse();
        var received = new byte[sent.Length];
        for (var at = 0; at < received.Length;)
            at += await peer.ReceiveAsync(received.AsMemory(at), _stop);

        await writing;
        received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
    }

    [Fact]
    public async Task Connect_WhereNobodyListens_IsRefused()
    {
        var address = Address;
        _server.Stop();

        var refusal = await _loop.ConnectAsync(address, _stop).AsTask().ShouldThrowAsync<SocketException>();

        refusal.SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Connect_ThatIsCancelled_Ends()
    {
        // Linux drops whoever wants to connect while as many as may wait to be accepted do.
        using var full = new TcpListener(IPAddress.Loopback, 0);
        full.Start(backlog: 1);
        var address = new DnsEndPoint("127.0.0.1", ((IPEndPoint)full.LocalEndpoint).Port);
        await _loop.ConnectAsync(address, _stop);
        await _loop.ConnectAsync(address, _stop);
        using var cancelled = new CancellationTokenSource();
        var connecting = _loop.ConnectAsync(address, cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        await connecting.ShouldThrowAsync<OperationCanceledException>();
    }

    private async Task<(Stream Stream, Socket Peer)> ConnectAsync()
    {
        var connecting = _loop.ConnectAsync(Address, _stop);
        var peer = await _server.AcceptSocketAsync(_stop);
        return (await connecting, peer);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }
}
