using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Tests.Timelines;

namespace LockNGen.ComfyDoors.Tests.Sockets;

/// <summary>What becomes of frames for a client that does not read them.</summary>
public sealed class DoorSocketTests : IDisposable
{
    private const int MaxBacklog = 4 << 20;
    private const int Picture = 1 << 20;

    private readonly TaskCompletionSource _reader = new();
    private readonly RecordedSocket _socket = new();
    private readonly DoorSocket _connection;

    public DoorSocketTests()
    {
        _socket.Reader = _reader.Task;
        _connection = new DoorSocket(_socket, new DoorCaller { Owner = "" }, null!, MaxBacklog);
    }

    [Fact]
    public void FramesThatMustNotBeDropped_BeyondMaxBacklogBytes_EndTheConnection()
    {
        for (var sent = 0; sent < MaxBacklog; sent += Picture)
            _connection.Send(new TextFrame(new byte[Picture]));
        _connection.Ended.IsCancellationRequested.ShouldBeFalse();

        _connection.Send(new TextFrame(new byte[1]));

        _connection.Ended.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void PreviewsOfASlowReader_AreDropped_AndTheConnectionStays()
    {
        for (var i = 0; i < 100; i++)
            _connection.Send(new PreviewFrame(Guid.Empty, "3", "image/jpeg", new byte[Picture]));

        _connection.Ended.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task ProgressOfASlowReader_GoesBeforeAnythingElse_AndTheNewestStays()
    {
        _connection.Send(Text("executing"));
        for (var i = 0; i < 20; i++)
            _connection.Send(Text("progress", FrameKind.Progress, 1 << 18));
        _connection.Send(Text("executed"));
        _ = _connection.WriteAsync();
        _reader.SetResult();

        // As many as the first threshold has room for.
        var told = await _socket.NextAsync(5);
        told[0].ShouldBe("executing");
        told[1..^1].ShouldAllBe(f => f == "progress");
        told[^1].ShouldBe("executed");
    }

    public void Dispose()
    {
        _connection.End();
        _reader.TrySetResult();
        _connection.Dispose();
        _socket.Dispose();
    }

    private static TextFrame Text(string type, FrameKind kind = FrameKind.State, int bytes = 0)
    {
        var json = $$$"""{"type":"{{{type}}}","data":{"x":"{{{new string('x', bytes)}}}"}}""";
        return new TextFrame(System.Text.Encoding.UTF8.GetBytes(json), kind);
    }
}
