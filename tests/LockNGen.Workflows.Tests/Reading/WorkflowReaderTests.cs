using System.Text;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Reading;

namespace LockNGen.Workflows.Tests.Reading;

public class WorkflowReaderTests
{
    private const string Api = """{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615,"model":["4",0]},"_meta":{"title":"x"},"is_changed":["a"]},"4":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"a","ckpt_name":"b"}}}""";

    /// <summary>Files as ComfyUI and ffmpeg write them.</summary>
    [Theory]
    [InlineData("drawing.svg")]
    [InlineData("latent.latent")]
    [InlineData("model.glb")]
    [InlineData("movie-faststart.mp4")]
    [InlineData("movie-fragmented.mp4")]
    [InlineData("movie.mkv")]
    [InlineData("movie.mov")]
    [InlineData("movie.mp4")]
    [InlineData("movie.webm")]
    [InlineData("sound-flac.ogg")]
    [InlineData("sound.flac")]
    [InlineData("sound.m4a")]
    [InlineData("sound.mp3")]
    [InlineData("sound.ogg")]
    [InlineData("sound.opus")]
    [InlineData("sound.weba")]
    public void Read_FileWithWorkflow_FindsIt(string name)
    {
        var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Media", name));

        var read = WorkflowReader.Read(file, NodeDefinitions.None);

        read.Workflow.ShouldNotBeEmpty();
        read.Container.ShouldNotBeNull();
    }

    /// <summary>Half a surrogate pair is detected when reading, wherever it is, not when the text is used.</summary>
    [Theory]
    [InlineData("""{"1":{"class_type":"\ud800","inputs":{}}}""")]
    [InlineData("""{"1":{"class_type":"SaveImage","inputs":{"\udc00":"x"}}}""")]
    [InlineData("""{"\ud800":{"class_type":"SaveImage","inputs":{}}}""")]
    [InlineData("""{"nodes":[{"id":1,"type":"SaveImage","widgets_values":[["a\udfff"]]}],"links":[]}""")]
    [InlineData("""{"prompt":"{\"1\":{\"class_type\":\"\\ud800\",\"inputs\":{}}}"}""")]
    public void Read_TextWithHalfASurrogatePair_IsRefused(string json)
    {
        Should.Throw<InvalidWorkflowException>(() => WorkflowReader.Read(Encoding.UTF8.GetBytes(json), NodeDefinitions.None));
        Should.Throw<InvalidWorkflowException>(() => WorkflowReader.Read(Files.Png("tEXt", "prompt", json), NodeDefinitions.None));
    }

    /// <summary>PNG in each of its ways to write a text.</summary>
    [Theory]
    [InlineData("tEXt")]
    [InlineData("zTXt")]
    [InlineData("iTXt")]
    [InlineData("comf")]
    public void Read_Png_FindsIt(string chunk)
    {
        var file = Files.Png(chunk, "prompt", Api);

        var read = WorkflowReader.Read(file, NodeDefinitions.None);

        (read.Container, read.Workflow.Count).ShouldBe(("image/png", 2));
    }

    /// <summary>WebP and JPEG: the tags of EXIF that ComfyUI uses, in both orders of bytes.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_Exif_FindsIt(bool isBigEndian)
    {
        WorkflowReader.Read(Files.WebP(Files.Exif("prompt:" + Api, isBigEndian)), NodeDefinitions.None).Container.ShouldBe("image/webp");
        WorkflowReader.Read(Files.Jpeg(Files.Exif("prompt:" + Api, isBigEndian)), NodeDefinitions.None).Container.ShouldBe("image/jpeg");
    }

    [Fact]
    public void Read_Api_KeepsNodesAndNumbersAndTheLastOfTwoNames()
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(Api), NodeDefinitions.None);

        read.Format.ShouldBe(WorkflowFormat.Api);
        read.Workflow.ToJsonString().ShouldBe(
            """{"3":{"inputs":{"seed":18446744073709551615,"model":["4",0]},"class_type":"KSampler","_meta":{"title":"x"}},"4":{"inputs":{"ckpt_name":"b"},"class_type":"CheckpointLoaderSimple"}}""");
    }

    [Theory]
    [InlineData("""{"prompt": @, "client_id": "x"}""", WorkflowFormat.Prompt)]
    [InlineData("""{"output": @, "workflow": {}}""", WorkflowFormat.Prompt)]
    [InlineData("""{"prompt": "{red|blue} cat", "workflow": @}""", WorkflowFormat.Prompt)]
    [InlineData("""{"prompt": [3, "id", @, {"extra_pnginfo": {}}, ["9"]]}""", WorkflowFormat.Prompt)]
    [InlineData("""{"0f8e": {"prompt": [3, "id", @, {}, ["9"]], "outputs": {}, "status": {}}}""", WorkflowFormat.Prompt)]
    [InlineData("""{"extra_data": {"extra_pnginfo": {"workflow": @}}}""", WorkflowFormat.Prompt)]
    [InlineData("""  @""", WorkflowFormat.Api)]
    [InlineData("""{"x": NaN, "4": {"class_type": "A \"NaN\"", "inputs": {"a": NaN, "b": -Infinity}}, }""", WorkflowFormat.Api)]
    public void Read_WrappedOrPython_IsRead(string json, WorkflowFormat format)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json.Replace("@", Api, StringComparison.Ordinal)), NodeDefinitions.None);

        read.Format.ShouldBe(format);
        read.Workflow.ContainsKey("4").ShouldBeTrue();
    }

    /// <summary>Windows' shell writes UTF-16 when a command's output goes to a file, and many editors put a mark before UTF-8.</summary>
    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Read_JsonWithAMarkOfItsEncoding_IsRead(string encoding)
    {
        var told = Encoding.GetEncoding(encoding);

        WorkflowReader.Read([.. told.GetPreamble(), .. told.GetBytes(Api)], NodeDefinitions.None).Workflow.Count.ShouldBe(2);
    }

    [Fact]
    public void Read_EditorFormat_IsConverted()
    {
        var (editor, prompt) = RealWorkflows.Read("flux--flux_dev_example");

        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(editor.GetRawText()), RealWorkflows.Definitions);

        read.Format.ShouldBe(WorkflowFormat.Editor);
        PromptComparison.Differences(prompt, read.Workflow, RealWorkflows.Definitions).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("{}", "not a workflow")]
    [InlineData("[1]", "not a workflow")]
    [InlineData("""{"nodes": [], "links": []}""", "no nodes that run")]
    [InlineData("hello", "text/plain")]
    [InlineData("", "neither JSON nor a file")]
    public void Read_SomethingElse_SaysWhatItIs(string text, string reason) =>
        Should.Throw<InvalidWorkflowException>(() => WorkflowReader.Read(Encoding.UTF8.GetBytes(text), NodeDefinitions.None)).Message.ShouldContain(reason);

    [Fact]
    public void Read_PictureWithoutWorkflow_SaysThatItIsTakenOutByMany()
    {
        var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Media", "picture.jpg"));

        Should.Throw<InvalidWorkflowException>(() => WorkflowReader.Read(file, NodeDefinitions.None)).Message.ShouldContain("image/jpeg");
    }

    [Fact]
    public void Read_CutFile_DoesNotThrowAnythingElse()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Media")))
        {
            var file = File.ReadAllBytes(path);
            for (var length = 0; length < Math.Min(file.Length, 3000); length += 7)
            {
                try
                {
                    WorkflowReader.Read(file.AsSpan(0, length), NodeDefinitions.None);
                }
                catch (InvalidWorkflowException)
                {
                    continue;
                }
            }
        }
    }
}
