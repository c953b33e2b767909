using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Translation;

/// <summary>What the watcher makes of everything that real servers of both versions sent.</summary>
public sealed class RecordingTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);

    // What custom nodes of the recordings send on their own account, and frames that carry nothing for a watcher.
    private static readonly string[] Ignored = ["feature_flags", "binary", "lab_custom_event", "logs"];

    [Theory]
    [MemberData(nameof(Recording.All), MemberType = typeof(Recording))]
    public void Frames_OfEveryRecording_AreUnderstood(string recording)
    {
        var others = Recording.Read(recording).Frames().OfType<OtherMessage>().Select(m => m.Kind).Distinct();

        others.Except(Ignored).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Recording.All), MemberType = typeof(Recording))]
    public void Progress_OfEveryPrompt_GrowsAndNamesNodesOfTheWorkflow(string recording)
    {
        foreach (var replay in Replay(recording))
        {
            var progress = replay.Events.OfType<GenerationProgressed>().Select(e => e.Data).ToList();
            progress.Select(p => p.OverallProgress).ShouldBeInOrder();
            progress.ShouldAllBe(p => p.Step >= 0 && p.Step <= p.TotalSteps && p.Progress == 100 * p.Step / p.TotalSteps);
            progress.ShouldAllBe(p => p.NodeId == null || replay.Graph.Find(p.NodeId)!.ClassType == p.CurrentNode);
            if (replay.Run.End is ExecutionSucceeded)
                progress[^1].OverallProgress.ShouldBe(100);
            else if (replay.Run.End is not null)
                progress.ShouldAllBe(p => p.OverallProgress < 100);

            var nodes = replay.Events.OfType<GenerationNodeExecuting>().Select(e => e.Data.NodeId).ToList();
            nodes.ShouldBeUnique();
            nodes.ShouldAllBe(n => replay.Graph.Find(n) != null);
        }
    }

    [Theory]
    [MemberData(nameof(Recording.All), MemberType = typeof(Recording))]
    public void Outcome_OfEveryPrompt_AgreesWithTheHistory(string recording)
    {
        foreach (var replay in Replay(recording).Where(r => r.History is not null && r.Run.Left.IsCompleted))
        {
            var history = replay.History!;
            replay.Run.End.ShouldBeAssignableTo(
                history.Succeeded ? typeof(ExecutionSucceeded) : history.Interrupted ? typeof(ExecutionInterrupted) : typeof(ExecutionFailed));
            var heard = replay.Run.Outputs(history: null).Results.Where(r => r.Result is not SentFrame).Select(r => r.Result);
            heard.ShouldBe(history.Outputs.SelectMany(o => o.Output.Results), ignoreOrder: true);
        }
    }

    [Fact]
    public void Steps_OfTwoSamplers_AreCountedForEachAndWeighedTogether()
    {
        var progress = Replay("16-two-samplers.jsonl").Single().Events.OfType<GenerationProgressed>().Select(e => e.Data).ToList();

        progress.Where(p => p is { NodeId: "5", Step: > 0 }).Select(p => (p.Step, p.TotalSteps)).Distinct()
            .ShouldBe([(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
        progress.Last(p => p.NodeId == "9").TotalSteps.ShouldBe(8);
        // 5 and 8 sampler steps and seven other nodes: after the first sampler about half of the weight is done.
        progress.First(p => p is { NodeId: "5", Step: 5 }).OverallProgress.ShouldBeInRange(35, 55);
    }

    [Fact]
    public void Images_ThroughTheSocket_AreKeptAndNotShownAsPreviews()
    {
        foreach (var replay in Replay("12b-save-image-websocket.jsonl"))
        {
            replay.Run.Outputs(replay.History).Results.Count(r => r.Result is SentFrame).ShouldBe(2);
            replay.Events.ShouldNotContain(e => e is GenerationPreviewed);
        }
    }

    [Fact]
    public void BlockedNode_FollowedBySuccess_IsNotTheEnd()
    {
        var replay = Replay("06-node-exception.jsonl").Single(r => r.Id == "874bddcc-55f8-48c8-8c4f-2390e2fb551a");

        replay.Run.End.ShouldBeOfType<ExecutionSucceeded>();
    }

    [Theory]
    [InlineData("82f888ec-951f-4639-9f88-a01969fde23d", GenerationErrorCodes.NodeError, false, "ValueError: boom: the node failed on purpose", "LabFail")]
    [InlineData("9f512b57-e15f-4068-9601-8c48cf9f7bb5", GenerationErrorCodes.OutOfMemory, true, "torch.OutOfMemoryError: Allocation on device 0", "LabOom")]
    public void NodeException_OfARealServer_KeepsItsWordsAndItsNode(string promptId, string code, bool retryable, string message, string nodeType)
    {
        var replay = Replay("06-node-exception.jsonl").Single(r => r.Id == promptId);

        var error = GenerationErrors.Of(replay.Run.End.ShouldBeOfType<ExecutionFailed>().Exception, replay.Graph);

        error.Code.ShouldBe(code);
        error.Retryable.ShouldBe(retryable);
        error.Message.ShouldStartWith(message);
        (error.NodeId, error.NodeType).ShouldBe(("30", nodeType));
    }

    [Fact]
    public void CachedRun_WithoutAnyProgress_IsCompleteWithTheOldFiles()
    {
        var replay = Replay("02-all-cached.jsonl").First();

        replay.Events.OfType<GenerationProgressed>().Single().Data.OverallProgress.ShouldBe(100);
        replay.Run.Outputs(history: null).Results.Single().Result.ShouldBe(new OutputFile("images", "txt2img_00001_.png", "lab", "output"));
    }

    private static IEnumerable<Replayed> Replay(string name)
    {
        var recording = Recording.Read(name);
        foreach (var prompt in recording.Prompts())
        {
            var graph = RunGraph.Of(prompt.Workflow);
            var translator = new GenerationTranslator(Guid.NewGuid(), totalImages: 1, floor: 0);
            var events = new List<GenerationEvent>();
            translator.Begin(1, graph);
            var run = new TrackedPrompt(prompt.Id, "client", graph, translator, (translated, _) => events.Add(translated.Event));
            foreach (var message in recording.Frames().Where(m => m.PromptId == prompt.Id))
                run.Apply(message, Now);
            if (events.Count > 0)
                yield return new Replayed(prompt.Id, graph, run, events, prompt.History);
        }
    }

    private sealed record Replayed(string Id, RunGraph Graph, TrackedPrompt Run, IReadOnlyList<GenerationEvent> Events, PromptHistory? History);
}
