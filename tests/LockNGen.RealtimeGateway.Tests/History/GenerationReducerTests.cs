using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.History;

namespace LockNGen.RealtimeGateway.Tests.History;

public sealed class GenerationReducerTests
{
    private static readonly Guid Id = Guid.NewGuid();
    private static readonly GenerationWarning Warning = new() { Code = GenerationWarningCodes.ResultMissing, Message = "gone.png is empty." };

    private static readonly GenerationEvent[] Ends =
    [
        new GenerationCompleted { GenerationId = Id, Sequence = 9, Timestamp = default, Data = new() { Images = [], DurationSeconds = 1, Warnings = [Warning] } },
        new GenerationFailed
        {
            GenerationId = Id, Sequence = 9, Timestamp = default,
            Data = new() { Error = new GenerationError { Code = "node_error", Message = "" }, Images = [], Warnings = [Warning] },
        },
        new GenerationCancelled { GenerationId = Id, Sequence = 9, Timestamp = default, Data = new() { Reason = "user", Warnings = [Warning] } },
    ];

    [Fact]
    public void Snapshot_AfterAnyEnd_ReportsItsWarningsAndNoNode()
    {
        foreach (var end in Ends)
        {
            var ended = GenerationReducer.Reduce(Reduce(Node()), end).Data;

            ended.Warnings.ShouldBe([Warning]);
            (ended.NodesDone, ended.NodesTotal, ended.CachedNodeIds.Count).ShouldBe((null, null, 0));
        }
    }

    [Fact]
    public void Snapshot_WhileItRuns_ReportsNodesDoneAndCached()
    {
        var data = Reduce(Node()).Data;

        (data.NodesDone, data.NodesTotal).ShouldBe((2, 7));
        data.CachedNodeIds.ShouldBe(["4", "6"]);
    }

    [Fact]
    public void CustomEvent_OfANode_MovesNothingButTheSequence()
    {
        var running = Reduce(Node());

        var next = GenerationReducer.Reduce(running, new GenerationCustom
        {
            GenerationId = Id, Sequence = 5, Timestamp = default,
            Data = new() { EventType = "x", Data = JsonSerializer.SerializeToElement(1), ImageIndex = 1 },
        });

        next.Sequence.ShouldBe(5);
        next.Data.ShouldBe(running.Data);
    }

    private static GenerationNodeExecuting Node() => new()
    {
        GenerationId = Id, Sequence = 4, Timestamp = default,
        Data = new() { CurrentNode = "KSampler", NodeId = "5", CachedNodeIds = ["4", "6"], NodesDone = 2, NodesTotal = 7, ImageIndex = 1, TotalImages = 1 },
    };

    private static GenerationSnapshot Reduce(GenerationEvent next) => GenerationReducer.Reduce(GenerationReducer.Empty(Id, default), next);
}
