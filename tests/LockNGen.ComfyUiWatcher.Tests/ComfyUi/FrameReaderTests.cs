using System.Net.WebSockets;
using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

public sealed class FrameReaderTests
{
    private static readonly byte[] OldPreview = [0, 0, 0, 1, 0, 0, 0, 2, 0x89];

    private readonly FrameReader _reader = new(new HashSet<string> { "my_node.feedback" });

    [Fact]
    public void OldPreview_BelongsToThePromptLastMentioned()
    {
        Text("""{"type":"executing","data":{"node":"5","display_node":"5","prompt_id":"a"}}""");
        Text("""{"type":"progress","data":{"node":"6","value":1,"max":2,"prompt_id":"b"}}""");

        var preview = Binary(OldPreview).ShouldBeOfType<PreviewFrame>();

        (preview.PromptId, preview.Node, preview.ContentType).ShouldBe(("b", "6", "image/png"));
    }

    [Fact]
    public void OldPreview_AfterTheEndOfThePrompt_BelongsToNoPrompt()
    {
        Text("""{"type":"executing","data":{"node":"5","prompt_id":"a"}}""");
        Text("""{"type":"executing","data":{"node":null,"prompt_id":"a"}}""");

        Binary(OldPreview)!.PromptId.ShouldBeNull();
    }

    [Fact]
    public void NewPreview_SaysItself()
    {
        var metadata = """{"node_id":"60.0.0.1","display_node_id":"60","prompt_id":"a","image_type":"image/jpeg"}"""u8;

        var preview = Binary([0, 0, 0, 4, 0, 0, 0, (byte)metadata.Length, .. metadata, 0xFF, 0xD8]).ShouldBeOfType<PreviewFrame>();

        (preview.PromptId, preview.Node, preview.DisplayNode, preview.ContentType).ShouldBe(("a", "60.0.0.1", "60", "image/jpeg"));
        preview.Image.ShouldBe([0xFF, 0xD8]);
    }

    [Fact]
    public void NodeText_IsReadAndNamesNoPrompt() =>
        Binary([0, 0, 0, 3, 0, 0, 0, 2, .. "12"u8, .. "width: 64"u8]).ShouldBe(new NodeText("12", "width: 64"));

    [Theory]
    [InlineData("""{"type":"crystools.monitor","data":{"cpu":1}}""", "crystools.monitor")]
    [InlineData("""{"type":"execution_start","data":null}""", "execution_start")]
    public void TextFrame_OfAnUnknownShape_IsSomethingElse(string frame, string kind) => Text(frame).ShouldBe(new OtherMessage(kind));

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 99, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 2, 0, 0, 0, 1 })]
    public void BinaryFrame_OfAnUnknownKind_IsSomethingElse(byte[] frame) => Binary(frame).ShouldBe(new OtherMessage("binary"));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"type":"executed","data":{"output":{}}}""")]
    public void TextFrame_ThatMakesNoSense_IsNothingAndTheNextIsRead(string frame)
    {
        _reader.Read(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, out var problem).ShouldBeNull();

        problem.ShouldNotBeNullOrEmpty();
        Text("""{"type":"execution_success","data":{"prompt_id":"a"}}""").ShouldBeOfType<ExecutionSucceeded>();
    }

    /// <summary>Case 16: what nodes send by hand counts for the node that runs, as the last <c>executing</c> told.</summary>
    [Theory]
    [InlineData("""{"value":3,"max":10}""", 3, 10, "5")]
    [InlineData("""{"value":0,"max":1,"prompt_id":"a","node":null}""", 0, 1, "5")]
    [InlineData("""{"value":"3","max":"10","node":5}""", 3, 10, "5")]
    [InlineData("""{"value":12.5,"max":10,"prompt_id":"a","node":"5"}""", 10, 10, "5")]
    [InlineData("""{"value":-4,"max":10,"node":"6"}""", 0, 10, "6")]
    public void Progress_SentByHand_IsUsedAsFarAsItGoes(string data, double value, double max, string node)
    {
        Text("""{"type":"executing","data":{"node":"5","prompt_id":"a"}}""");

        Text($$$"""{"type":"progress","data":{{{data}}}}""").ShouldBe(new NodeProgress(node, value, max) { PromptId = "a" });
    }

    /// <summary>Case 16: what cannot be used is left out and counted, and is no reason to complain.</summary>
    [Theory]
    [InlineData("""{"value":5,"max":0,"prompt_id":"a","node":"5"}""")]
    [InlineData("""{"value":null,"max":10,"prompt_id":"a","node":"5"}""")]
    [InlineData("""{"value":5,"max":"?","prompt_id":"a","node":"5"}""")]
    [InlineData("""{"value":1e999,"max":10,"prompt_id":"a","node":"5"}""")]
    [InlineData("""{"value":1,"max":10,"prompt_id":"of somebody else"}""")]
    [InlineData("{}")]
    public void Progress_ThatSaysNothing_IsCounted(string data)
    {
        Text("""{"type":"executing","data":{"node":"5","prompt_id":"a"}}""");

        Text($$$"""{"type":"progress","data":{{{data}}}}""").ShouldBeOfType<OtherMessage>().Ignored.ShouldBe(1);
    }

    [Fact]
    public void Progress_WithoutAPromptWhileNoneRuns_IsCounted()
    {
        Text("""{"type":"executing","data":{"node":"5","prompt_id":"a"}}""");
        Text("""{"type":"executing","data":{"node":null,"prompt_id":"a"}}""");

        Text("""{"type":"progress","data":{"value":1,"max":2}}""")!.Ignored.ShouldBe(1);
    }

    /// <summary>Case 16: one bad entry among good ones.</summary>
    [Fact]
    public void ProgressState_WithABadEntry_IsReadWithoutIt()
    {
        var state = Text("""{"type":"progress_state","data":{"prompt_id":"a","nodes":{"3":{"value":4,"max":10,"state":"running"},"99":{"value":null,"max":"?","state":"running"},"98":7}}}""")
            .ShouldBeOfType<ProgressState>();

        state.Nodes.ShouldHaveSingleItem().ShouldBe(new NodeState("3", null, 4, 10, Finished: false));
        state.Ignored.ShouldBe(2);
    }

    [Fact]
    public void Status_WithoutANumber_IsOneAllTheSame() =>
        Text("""{"type":"status","data":{"status":{"exec_info":{}}}}""").ShouldBe(new QueueStatus(null, null));

    [Theory]
    [InlineData("""{"node_id":"3","text":"loading"}""", "3")]
    [InlineData("""["a",1]""", null)]
    public void CustomEvent_ThatIsWanted_ComesWithItsData(string data, string? node)
    {
        Text("""{"type":"executing","data":{"node":"5","prompt_id":"a"}}""");

        var custom = Text($$"""{"type":"my_node.feedback","data":{{data}}}""").ShouldBeOfType<CustomEvent>();

        (custom.EventType, custom.PromptId, custom.Node, custom.Data.GetRawText()).ShouldBe(("my_node.feedback", "a", node, data));
    }

    [Fact]
    public void CustomEvent_ThatIsTooLarge_IsCountedAndHalfACharacterIsMadeWhole()
    {
        Text("""{"type":"my_node.feedback","data":{"text":"?"}}""".Replace("?", new string('x', 20_000), StringComparison.Ordinal))!.Ignored.ShouldBe(1);
        Text("""{"type":"my_node.feedback","data":{"text":"\ud83d"}}""").ShouldBeOfType<CustomEvent>().Data.GetProperty("text").GetString().ShouldBe("\ufffd");
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 3, 0, 0, 0, 9 })]
    [InlineData(new byte[] { 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 4, 0, 0, 0, 1, (byte)'{' })]
    public void BinaryFrame_CutShort_IsNothing(byte[] frame) => Binary(frame).ShouldBeNull();

    private ComfyUiMessage? Text(string frame) => _reader.Read(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, out _);

    private ComfyUiMessage? Binary(byte[] frame) => _reader.Read(frame, WebSocketMessageType.Binary, out _);
}
