using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Timelines;

namespace LockNGen.ComfyDoors.Tests.Timelines;

/// <summary>A prompt is in the queue until its end has been sent, as with ComfyUI: programs consider one that disappears earlier lost.</summary>
public sealed class ReportedQueueTests : IDisposable
{
    private static readonly Guid A = Guid.Parse("a0000000-0000-4000-8000-000000000001");
    private static readonly Guid B = Guid.Parse("b0000000-0000-4000-8000-000000000001");

    private readonly FarmStub _farm = new();
    private readonly RecordedSocket _socket = new();
    private readonly Events _a = new(A);
    private readonly Events _b = new(B);
    private DoorSocket? _connection;

    [Fact]
    public async Task PromptThatEndedWhileAnothersTimelineIsSent_RunsUntilItsEndWasSent()
    {
        var owner = await AttachAsync();
        Start(owner, A, _a);
        Start(owner, B, _b);
        End(owner, B, _b);

        (await QueueAsync()).ShouldBe(["a Running", "b Running"]);
        End(owner, A, _a);
        await _socket.NextAsync(14);

        (await QueueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_CountsWhatTheQueueLists()
    {
        var owner = await AttachAsync();
        Start(owner, A, _a);
        Start(owner, B, _b);
        End(owner, B, _b);
        owner.Beat();
        End(owner, A, _a);

        (await _socket.NextAsync(15)).ShouldBe(
        [
            "status 0", "status 1", "execution_start a", "status 2", "status 2", "execution_cached a", "executed a", "execution_success a", "executing a end",
            "execution_start b", "execution_cached b", "executed b", "execution_success b", "executing b end", "status 0",
        ]);
    }

    [Fact]
    public async Task EndThatIsOnItsWayToAReader_IsNotSentYet()
    {
        var owner = await AttachAsync();
        await _socket.NextAsync(1);
        var reader = new TaskCompletionSource();
        _socket.Reader = reader.Task;
        Start(owner, A, _a);
        End(owner, A, _a);

        (await QueueAsync()).ShouldBe(["a Running"]);
        reader.SetResult();
        await _socket.NextAsync(7);

        (await QueueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task EndThatTheFarmKnowsAndThisDoorDoesNot_IsNotSentYet()
    {
        var owner = await AttachAsync();
        Start(owner, A, _a);
        _farm.Know(A, "completed");

        (await QueueAsync()).ShouldBe(["a Running"]);
    }

    [Fact]
    public async Task CancelledBeforeItRan_IsGoneAtOnce()
    {
        var owner = await AttachAsync();
        Start(owner, A, _a);
        _farm.Know(B, "queued", hasRun: false);
        owner.Expect(B, "client");
        owner.Accept(B);
        owner.Release(B);
        _farm.Know(B, "cancelled", hasRun: false);
        owner.Take(_b.Cancelled());

        (await QueueAsync()).ShouldBe(["a Running"]);
        (await _socket.NextAsync(5)).ShouldBe(["status 0", "status 1", "execution_start a", "status 2", "status 1"]);
    }

    [Fact]
    public async Task WithoutListeners_TheQueueIsTheFarms()
    {
        var owner = _farm.OwnerStates.Of(_farm.Caller);
        Start(owner, A, _a);
        End(owner, A, _a);

        (await QueueAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task SocketThatComesAfterAnEnd_GetsACountWithIt_AndOneWithoutAfterIt()
    {
        var owner = _farm.OwnerStates.Of(_farm.Caller);
        Start(owner, A, _a);
        End(owner, A, _a);

        await AttachAsync();

        (await _socket.NextAsync(7)).ShouldBe(["status 1", "execution_start a", "execution_cached a", "executed a", "execution_success a", "executing a end", "status 0"]);
    }

    public void Dispose()
    {
        _connection?.End();
        _farm.OwnerStates.Dispose();
        _farm.Dispose();
    }

    private async Task<OwnerState> AttachAsync()
    {
        var owner = _farm.OwnerStates.Of(_farm.Caller);
        _connection = new DoorSocket(_socket, _farm.Caller, null!, 1 << 20);
        await owner.AttachAsync(_connection, "client", isInterleaved: false, TestContext.Current.CancellationToken);
        _ = _connection.WriteAsync();
        return owner;
    }

    private void Start(OwnerState owner, Guid id, Events events)
    {
        _farm.Know(id, "running");
        owner.Expect(id, "client");
        owner.Accept(id);
        owner.Release(id);
        owner.Take(events.Started());
    }

    private void End(OwnerState owner, Guid id, Events events)
    {
        _farm.Know(id, "completed");
        owner.Take(events.Completed(Events.File(1)));
    }

    private async Task<List<string>> QueueAsync()
    {
        var queue = await new ReportedQueue(_farm.Api, _farm.OwnerStates).ActiveAsync(_farm.Caller, full: false, TestContext.Current.CancellationToken);
        return [.. queue.Items.Select(p => $"{p.Id.ToString()[..1]} {p.Generation.Status}")];
    }
}
