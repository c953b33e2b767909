using System.Net.WebSockets;
using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

public sealed class FrameReaderTests
{
    private static readonly byte[] OldPreview = [0, 0, 0, 1, 0, 0, 0, 2, 0x89];

    private readonly FrameReader _reader = new();

    [Fact]
    public void OldPreview_BelongsToWhoeverSpokeLast()
    {
        Text("""{"type":"executing","data":{"node":"5","display_node":"5","prompt_id":"a"}}""");
        Text("""{"type":"progress","data":{"node":"6","value":1,"max":2,"prompt_id":"b"}}""");

        var preview = Binary(OldPreview).ShouldBeOfType<PreviewFrame>();

        (preview.PromptId, preview.Node, preview.ContentType).ShouldBe(("b", "6", "image/png"));
    }

    [Fact]
    public void OldPreview_AfterTheEndOfThePrompt_BelongsToNobody()
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
    [InlineData("""{"type":"status","data":{"status":{}}}""")]
    [InlineData("""{"type":"progress","data":{"node":"5","value":"1","max":2}}""")]
    [InlineData("""{"type":"progress_state","data":{"nodes":{"5":{"value":1}}}}""")]
    public void TextFrame_ThatMakesNoSense_IsNothingAndTheNextIsRead(string frame)
    {
        _reader.Read(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, out var problem).ShouldBeNull();

        problem.ShouldNotBeNullOrEmpty();
        Text("""{"type":"execution_success","data":{"prompt_id":"a"}}""").ShouldBeOfType<ExecutionSucceeded>();
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
