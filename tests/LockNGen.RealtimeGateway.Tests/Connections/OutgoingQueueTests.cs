using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using static LockNGen.RealtimeGateway.Tests.History.TestLogs;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Connections;

public sealed class OutgoingQueueTests
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly OutgoingQueue _queue = new();

    [Fact]
    public void Conflate_ProgressOfOneGeneration_KeepsTheNewestOfEachTypeAndAllState()
    {
        Add(Queued(_id), Queued(_id, 2), Queued(_id, 3), Started(_id), Node(_id, First(2)), Progress(_id, First(3)), Preview(_id, First(4)),
            Progress(_id, First(5)), Image(_id, First(6)), Progress(_id, First(7)), Image(_id, First(8), 2), Preview(_id, First(9)), Completed(_id, First(10)));

        _queue.Conflate().ShouldBe(4);

        Taken().ShouldBe([1, 3, First(1), First(2), First(6), First(7), First(8), First(9), First(10)]);
    }

    [Fact]
    public void Conflate_OtherGenerations_AreNotTouched()
    {
        var other = Guid.NewGuid();
        Add(Progress(_id, First(3)), Progress(other, First(3)));

        _queue.Conflate().ShouldBe(0);
    }

    [Fact]
    public void DropPreviews_MixedQueue_LeavesEverythingElse()
    {
        Add(Progress(_id, First(3)), Preview(_id, First(4)), Image(_id, First(5)));

        _queue.DropPreviews().ShouldBe(1);

        Taken().ShouldBe([First(3), First(5)]);
    }

    [Fact]
    public void Bytes_AfterEachChange_AreThoseOfWhatIsThere()
    {
        Add(Progress(_id, First(3)), Progress(_id, First(4)));
        var both = _queue.Bytes;
        _queue.Conflate();

        _queue.Bytes.ShouldBeLessThan(both);
        List<ServerMessage> taken = [];
        _queue.MoveTo(taken);
        _queue.Bytes.ShouldBe(0);
        _queue.Count.ShouldBe(0);
    }

    private void Add(params GenerationEvent[] events)
    {
        foreach (var message in events)
            _queue.Add(Message(message));
    }

    private List<long> Taken()
    {
        List<ServerMessage> taken = [];
        _queue.MoveTo(taken);
        return [.. taken.Select(m => m.Sequence)];
    }
}
