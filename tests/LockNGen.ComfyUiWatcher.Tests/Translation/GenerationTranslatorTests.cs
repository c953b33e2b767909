using System.Net.WebSockets;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Translation;

public sealed class GenerationTranslatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);

    [Fact]
    public void Progress_OfTheSecondOfTwoImages_StartsAtHalf()
    {
        var translator = Begin(image: 2, of: 2);

        var first = Progress(translator.Apply(new NodeProgress("5", 1, 20), Now));

        first.OverallProgress.ShouldBeInRange(50, 70);
        (first.ImageIndex, first.TotalImages, first.Step, first.TotalSteps, first.Progress).ShouldBe((2, 2, 1, 20, 5));
    }

    [Fact]
    public void Progress_BelowWhatReadersHaveSeen_StaysThere()
    {
        var translator = Begin(floor: 70);

        Progress(translator.Apply(new NodeProgress("5", 1, 20), Now)).OverallProgress.ShouldBe(70);
        Progress(translator.Apply(new ExecutionSucceeded(), Now)).OverallProgress.ShouldBe(100);
    }

    [Fact]
    public void Sampler_HalfDone_IsAboutHalfOfTheWhole()
    {
        var translator = Begin(steps: 20);

        Progress(translator.Apply(new NodeProgress("5", 10, 20), Now)).OverallProgress.ShouldBeInRange(45, 65);
    }

    /// <summary>Case 44: an upscaler starts its bar anew for each tile.</summary>
    [Fact]
    public void Bar_ThatStartsAgainForEachTile_NeverTakesTheWholeBack()
    {
        var translator = Begin(steps: 20);
        var overall = new List<int>();
        for (var tile = 0; tile < 4; tile++)
        {
            for (var step = 0; step <= 10; step++)
                overall.AddRange(translator.Apply(new NodeProgress("5", step, 10), Now).Select(e => e.Event).OfType<GenerationProgressed>().Select(p => p.Data.OverallProgress));
        }

        overall.ShouldBeInOrder();
        overall[^1].ShouldBeLessThan(100);
        Progress(translator.Apply(new ExecutionSucceeded(), Now)).OverallProgress.ShouldBe(100);
    }

    /// <summary>As VideoHelperSuite and the packs after it send it: 1, the frame's number, the node's id in 16 bytes; then the picture.</summary>
    [Fact]
    public void Preview_InTheEnvelopeOfVideoPacks_IsThePictureInIt()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0];
        byte[] frame = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 1, .. "5"u8, .. new byte[14], .. jpeg];
        var reader = new FrameReader(new HashSet<string>());
        reader.Read("""{"type":"executing","data":{"node":"5","display_node":"5","prompt_id":"p"}}"""u8.ToArray(), WebSocketMessageType.Text, out _);

        var message = reader.Read(frame, WebSocketMessageType.Binary, out var problem).ShouldBeOfType<PreviewFrame>(problem);
        var shown = Begin().Apply(message, Now).ShouldHaveSingleItem();

        shown.Event.ShouldBeOfType<GenerationPreviewed>().Data.NodeId.ShouldBe("5");
        shown.Preview!.ContentType.ShouldBe("image/jpeg");
        shown.Preview.Image.ShouldBe(jpeg);
    }

    /// <summary>A preview's type is recognized by its bytes; anything else is dropped.</summary>
    [Theory]
    [InlineData("image/jpeg", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC", "image/png")]
    [InlineData("image/png", "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "image/webp")]
    [InlineData("image/png", "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD48L3N2Zz4=", null)]
    [InlineData("text/html", "PGh0bWw+PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjwvaHRtbD4=", null)]
    [InlineData("image/gif", "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=", null)]
    [InlineData("image/jpeg", "", null)]
    public void Preview_IsWhatItsBytesSay(string claim, string base64, string? type)
    {
        var shown = Begin().Apply(new PreviewFrame("5", "5", claim, Convert.FromBase64String(base64)), Now);

        shown.Select(e => e.Preview?.ContentType).ShouldBe(type is null ? [] : [type]);
    }

    [Fact]
    public void CachedNodes_AreNotPartOfTheWork()
    {
        var translator = Begin(steps: 20);
        translator.Apply(new ExecutionCached(["1", "2", "3", "4"]), Now);

        var events = translator.Apply(new NodeExecuting("5", "5"), Now);

        events[0].Event.ShouldBeOfType<GenerationNodeExecuting>().Data.CachedNodes.ShouldBe(4);
        Progress(events).OverallProgress.ShouldBe(0);
    }

    [Fact]
    public void Attached_InMidRun_CountsWhatMustHaveRunBefore()
    {
        var translator = Begin(steps: 20);

        // After a reconnect the cached nodes are not reported again, and were never part of progress_state.
        var progress = Progress(translator.Apply(new ProgressState([new NodeState("6", "6", 0, 1, Finished: false)]), Now));

        progress.OverallProgress.ShouldBeGreaterThan(85);
    }

    [Fact]
    public void NodesOutsideTheOutputs_DoNotHoldProgressBack()
    {
        var workflow = JsonNode.Parse(Workflows.TextToImage(steps: 20).GetRawText())!.AsObject();
        workflow["8"] = JsonNode.Parse("""{"class_type":"KSampler","inputs":{"sampler_name":"euler","steps":200,"latent_image":["4",0]}}""");
        var translator = new GenerationTranslator(Guid.NewGuid(), 1, 0);
        translator.Begin(1, RunGraph.Of(workflow));
        translator.Expect(["7"]);

        Progress(translator.Apply(new NodeProgress("5", 20, 20), Now)).OverallProgress.ShouldBeGreaterThan(80);
    }

    [Fact]
    public void InnerNodes_OfAnExpandedOne_CountForTheNodePeopleKnow()
    {
        var workflow = JsonNode.Parse("""
            {"60":{"class_type":"LabExpand","inputs":{},"_meta":{"title":"Group"}},"7":{"class_type":"SaveImage","inputs":{"images":["60",0]}}}
            """)!.AsObject();
        var translator = new GenerationTranslator(Guid.NewGuid(), 1, 0);
        translator.Begin(1, RunGraph.Of(workflow));
        translator.Apply(new ProgressState([new NodeState("60", "60", 0, 1, Finished: false)]), Now);

        var events = translator.Apply(
            new ProgressState([new NodeState("60", "60", 0, 1, Finished: false), new NodeState("60.0.0.1", "60", 3, 4, Finished: false)]), Now);

        var data = Progress(events);
        (data.NodeId, data.CurrentNode, data.Step, data.TotalSteps).ShouldBe(("60", "LabExpand", 3, 4));
        data.OverallProgress.ShouldBe(37);
        // An old server sends it without the display node.
        Progress(translator.Apply(new NodeProgress("60.0.0.2", 1, 2), Now)).NodeId.ShouldBe("60");
    }

    [Fact]
    public void ParallelNodes_Interleaved_AreAnnouncedOnce()
    {
        var translator = Begin();
        var announced = new List<string>();
        for (var step = 1; step <= 3; step++)
        {
            foreach (var node in new[] { "2", "3" })
            {
                announced.AddRange(translator.Apply(new NodeProgress(node, step, 3), Now)
                    .Select(t => t.Event).OfType<GenerationNodeExecuting>().Select(n => n.Data.NodeId));
            }
        }

        announced.ShouldBe(["2", "3"]);
    }

    [Fact]
    public void SameStep_ReportedTwice_IsOneEvent()
    {
        var translator = Begin();
        translator.Apply(new ProgressState([new NodeState("5", "5", 1, 20, Finished: false)]), Now).ShouldNotBeEmpty();

        translator.Apply(new NodeProgress("5", 1.0, 20.0), Now).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 3)]
    [InlineData(-1, 3)]
    [InlineData(1e300, 1e300)]
    public void Steps_ThatMakeNoSense_StayInRange(double value, double max)
    {
        var data = Progress(Begin().Apply(new NodeProgress("5", value, max), Now));

        data.Progress.ShouldBeInRange(0, 100);
        data.TotalSteps.ShouldBeGreaterThanOrEqualTo(1);
        data.Step.ShouldBeInRange(0, data.TotalSteps);
    }

    private static GenerationTranslator Begin(int image = 1, int of = 1, int floor = 0, int steps = 20)
    {
        var translator = new GenerationTranslator(Guid.NewGuid(), of, floor);
        translator.Begin(image, RunGraph.Of(JsonNode.Parse(Workflows.TextToImage(steps).GetRawText())!.AsObject()));
        return translator;
    }

    private static GenerationProgressedData Progress(IReadOnlyList<TranslatedEvent> events) =>
        events[^1].Event.ShouldBeOfType<GenerationProgressed>().Data;
}
