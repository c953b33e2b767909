using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

public sealed class CollectedOutputsTests
{
    private static readonly byte[] Png = [0x89, .. "PNG\r\n"u8];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0];

    /// <summary>1 samples, 2 reads it and saves; 9 and 10 are outputs like 2; 60 expands.</summary>
    private static readonly RunGraph Graph = RunGraph.Of(JsonNode.Parse(
        """
        {"1":{"class_type":"KSampler","inputs":{}},
         "2":{"class_type":"SomeSender","inputs":{"images":["1",0]},"_meta":{"title":"Final"}},
         "9":{"class_type":"SaveImageWebsocket","inputs":{"images":["1",0]}},
         "10":{"class_type":"SaveImage","inputs":{"images":["1",0]}},
         "60":{"class_type":"Expands","inputs":{}}}
        """)!.AsObject());

    [Fact]
    public void Results_SavedPreviewedAndReportedInAnyOrder_AreCountedInOne()
    {
        var outputs = new CollectedOutputs(Graph);
        outputs.Add(Shown("12", """{"text":["t"]}"""));
        outputs.Add(Shown("10", """{"images":[{"filename":"b.png","type":"output"},{"filename":"a.png","type":"output"}]}"""));
        outputs.Add(Shown("2", """{"images":[{"filename":"p.png","type":"temp"}]}"""));
        outputs.Add(Shown("9", """{"images":[{"filename":"c.png","type":"output"}]}"""));

        Names(outputs.With(history: null)).ShouldBe(["9/c.png", "10/b.png", "10/a.png", "2/p.png", "12/text"]);
        outputs.With(history: null).Select(includeTemp: false).Count.ShouldBe(4);
    }

    [Fact]
    public void Outputs_FromTheSocketAndTheHistory_AreTheSameOnes()
    {
        const string output = """{"images":[{"filename":"a.png","type":"output"}],"text":["x","x"]}""";
        var history = PromptHistory.Of(JsonSerializer.Deserialize<JsonElement>(
            $$$"""{"outputs":{"60.0.0.2":{{{output}}}},"meta":{"60.0.0.2":{"node_id":"60.0.0.2","display_node":"60"}},"status":{"status_str":"success"}}"""));
        var both = new CollectedOutputs(Graph);
        both.Add(new NodeExecuted("60.0.0.2", "60", NodeOutput.Of(JsonSerializer.Deserialize<JsonElement>(output))));
        both.Add(new NodeExecuted("60.0.0.2", "60", NodeOutput.Of(JsonSerializer.Deserialize<JsonElement>(output))));

        Names(both.With(history)).ShouldBe(["60/a.png", "60/text", "60/text"]);
        Names(new CollectedOutputs(Graph).With(history)).ShouldBe(["60/a.png", "60/text", "60/text"]);
    }

    [Fact]
    public void Frames_OfAnOutputThatListsNoFiles_AreResults()
    {
        var outputs = new CollectedOutputs(Graph);

        outputs.Add(Frame("2", Png)).ShouldBeFalse("it may still be a preview, and is shown as one");
        outputs.Add(Frame("9", Jpeg)).ShouldBeTrue();

        var results = outputs.With(history: null).Results;
        results.Select(r => (r.NodeId, r.NodeTitle, r.IsSaved)).ShouldBe([("2", "Final", true), ("9", null, true)]);
    }

    [Fact]
    public void Frames_OfSamplersAndSavers_AreOnlyPreviews()
    {
        var outputs = new CollectedOutputs(Graph);
        outputs.Add(Frame("1", Png));
        outputs.Add(Frame("2", Jpeg));
        outputs.Add(Frame("10", Png));
        outputs.Add(Shown("10", """{"images":[{"filename":"a.png","type":"output"}]}"""));

        Names(outputs.With(history: null)).ShouldBe(["10/a.png"]);
    }

    [Fact]
    public void Frames_OfAnOutputThatSaysSo_AreResultsOfAnyFormat()
    {
        var outputs = new CollectedOutputs(Graph);
        outputs.Add(Frame("2", Jpeg));
        outputs.Add(Shown("2", """{"images":[{"source":"websocket","type":"output"}]}"""));

        outputs.With(history: null).Results.Single().Result.ShouldBeOfType<SentFrame>();
    }

    [Fact]
    public void Frames_MoreThanAreKept_AreReportedAsCut()
    {
        var outputs = new CollectedOutputs(Graph);
        for (var i = 0; i < 300; i++)
            outputs.Add(Frame("9", Png));

        var all = outputs.With(history: null);

        (all.Results.Count, all.IsCut).ShouldBe((256, true));
    }

    [Fact]
    public void NodeIds_AreOrderedAsPeopleCount() =>
        new[] { "75:37", "10", "9", "75:8", "abc", "60.0.0.10", "60.0.0.9" }.Order(NodeIdOrder.Instance)
            .ShouldBe(["9", "10", "60.0.0.9", "60.0.0.10", "75:8", "75:37", "abc"]);

    private static NodeExecuted Shown(string node, string output) => new(node, node, NodeOutput.Of(JsonSerializer.Deserialize<JsonElement>(output)));

    private static PreviewFrame Frame(string node, byte[] image) => new(node, node, "image/png", image);

    private static IEnumerable<string> Names(PromptOutputs outputs) =>
        outputs.Results.Select(r => $"{r.NodeId}/{(r.Result as OutputFile)?.Filename ?? r.Result.Key}");
}
