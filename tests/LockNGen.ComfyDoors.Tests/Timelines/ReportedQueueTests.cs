using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Stories;

namespace LockNGen.ComfyDoors.Tests.Stories;

/// <summary>A prompt is in the queue until its end was told, as with ComfyUI: programs take one that is gone before for lost.</summary>
public sealed class ToldQueueTests : IDisposable
{
    private static readonly Guid A = Guid.Parse("a0000000-0000-4000-8000-000000000001");
    private static readonly Guid B = Guid.Parse("b0000000-0000-4000-8000-000000000001");

    private readonly FarmStub _farm = new();
    private readonly RecordedSocket _socket = new();
    private readonly Events _a = new(A);
    private readonly Events _b = new(B);
    private DoorSocket? _connection;

    [Fact]
    public async Task PromptThatEndedWhileAnothersStoryIsTold_RunsUntilItsEndWasTold()
    {
        var desk = await AttachAsync();
        Start(desk, A, _a);
        Start(desk, B, _b);
        End(desk, B, _b);

        (await QueueAsync()).ShouldBe(["a running", "b running"]);
        End(desk, A, _a);
        await _socket.NextAsync(14);

        (await QueueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_CountsWhatTheQueueLists()
    {
        var desk = await AttachAsync();
        Start(desk, A, _a);
        Start(desk, B, _b);
        End(desk, B, _b);
        desk.Beat();
        End(desk, A, _a);

        (await _socket.NextAsync(15)).ShouldBe(
        [
            "status 0", "status 1", "execution_start a", "status 2", "status 2", "execution_cached a", "executed a", "execution_success a", "executing a end",
            "execution_start b", "execution_cached b", "executed b", "execution_success b", "executing b end", "status 0",
        ]);
    }

    [Fact]
    public async Task EndThatIsOnItsWayToAReader_IsNotToldYet()
    {
        var desk = await AttachAsync();
        await _socket.NextAsync(1);
        var reader = new TaskCompletionSource();
        _socket.Reader = reader.Task;
        Start(desk, A, _a);
        End(desk, A, _a);

        (await QueueAsync()).ShouldBe(["a running"]);
        reader.SetResult();
        await _socket.NextAsync(7);

        (await QueueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task EndThatTheFarmKnowsAndThisDoorDoesNot_IsNotToldYet()
    {
        var desk = await AttachAsync();
        Start(desk, A, _a);
        _farm.Know(A, "completed");

        (await QueueAsync()).ShouldBe(["a running"]);
    }

    [Fact]
    public async Task CancelledBeforeItRan_IsGoneAtOnce()
    {
        var desk = await AttachAsync();
        Start(desk, A, _a);
        _farm.Know(B, "queued", hasRun: false);
        desk.Expect(B, "client");
        desk.Accept(B);
        desk.Release(B);
        _farm.Know(B, "cancelled", hasRun: false);
        desk.Take(_b.Cancelled());

        (await QueueAsync()).ShouldBe(["a running"]);
        (await _socket.NextAsync(5)).ShouldBe(["status 0", "status 1", "execution_start a", "status 2", "status 1"]);
    }

    [Fact]
    public async Task WhereNobodyListens_TheQueueIsTheFarms()
    {
        var desk = _farm.Desks.Of(_farm.Caller);
        Start(desk, A, _a);
        End(desk, A, _a);

        (await QueueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task SocketThatComesAfterAnEnd_HearsACountWithIt_AndOneWithoutAfterIt()
    {
        var desk = _farm.Desks.Of(_farm.Caller);
        Start(desk, A, _a);
        End(desk, A, _a);

        await AttachAsync();

        (await _socket.NextAsync(7)).ShouldBe(["status 1", "execution_start a", "execution_cached a", "executed a", "execution_success a", "executing a end", "status 0"]);
    }

    public void Dispose()
    {
        _connection?.End();
        _farm.Desks.Dispose();
        _farm.Dispose();
    }

    private async Task<OwnerDesk> AttachAsync()
    {
        var desk = _farm.Desks.Of(_farm.Caller);
        _connection = new DoorSocket(_socket, _farm.Caller, null!, 1 << 20);
        await desk.AttachAsync(_connection, "client", isInterleaved: false, TestContext.Current.CancellationToken);
        _ = _connection.WriteAsync();
        return desk;
    }

    private void Start(OwnerDesk desk, Guid id, Events events)
    {
        _farm.Know(id, "running");
        desk.Expect(id, "client");
        desk.Accept(id);
        desk.Release(id);
        desk.Take(events.Started());
    }

    private void End(OwnerDesk desk, Guid id, Events events)
    {
        _farm.Know(id, "completed");
        desk.Take(events.Completed(Events.File(1)));
    }

    private async Task<List<string>> QueueAsync()
    {
        var queue = await new ToldQueue(_farm.Api, _farm.Desks).ActiveAsync(_farm.Caller, full: false, TestContext.Current.CancellationToken);
        return [.. queue.Items.Select(p => $"{p.Id.ToString()[..1]} {p.Generation.Status}")];
    }
}
