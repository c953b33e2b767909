using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>What stock nodes and node packs show, as their sources have it (cases 9, 10, 41 and 45, and more of their kind).</summary>
public sealed class NodeOutputTests
{
    [Theory]
    [InlineData("""{"images":[{"filename":"a.png","subfolder":"x","type":"output"},{"filename":"b.png","type":"temp"}],"animated":[true]}""", "images:x/a.png:output images:/b.png:temp")]
    [InlineData("""{"gifs":[{"filename":"v.mp4","subfolder":"","type":"output","format":"video/h264-mp4","frame_rate":8.0,"workflow":"v.png","fullpath":"/comfy/output/v.mp4"}]}""", "gifs:/v.mp4:output")]
    [InlineData("""{"audio":[{"filename":"s.flac","subfolder":"audio","type":"output"}],"latents":[{"filename":"l.latent","subfolder":"","type":"output"}]}""", "audio:audio/s.flac:output latents:/l.latent:output")]
    [InlineData("""{"3d":[{"filename":"m.glb","subfolder":"3d","type":"output"}]}""", "3d:3d/m.glb:output")]
    [InlineData("""{"3d":[{"filename":"3d/m.glb","subfolder":"","type":"output"}],"files":[{"filename":"a\\b\\c.bin"}]}""", "3d:3d/m.glb:output files:a\\b/c.bin:output")]
    [InlineData("""{"images":[{"filename":"x/a.png","subfolder":"x","type":"output"}]}""", "images:x/x/a.png:output")]
    [InlineData("""{"a_images":[{"filename":"a.png","subfolder":"","type":"temp"}],"b_images":[{"filename":"b.png","subfolder":"","type":"temp"}]}""", "a_images:/a.png:temp b_images:/b.png:temp")]
    [InlineData("""{"result":["3d/m_00001_.glb",{"position":{"x":1}},"temp/bg_1.png"]}""", "result:3d/m_00001_.glb:output result:/bg_1.png:temp")]
    [InlineData("""{"result":["mesh.glb",null,null]}""", "result:/mesh.glb:output")]
    [InlineData("""{"result":["/home/me/ComfyUI/output/3D/hy.glb"]}""", "result:3D/hy.glb:output")]
    [InlineData("""{"result":["C:\\ComfyUI\\output\\3D\\hy.obj"]}""", "result:3D/hy.obj:output")]
    [InlineData("""{"model_file":"3d/m.glb [temp]"}""", "model_file:3d/m.glb:temp")]
    [InlineData("""{"result":["../../etc/passwd.txt","https://example.com/a.png","/etc/motd.txt","hello there","a\nb.png"]}""", "")]
    [InlineData("""{"text":["a b 🙂"]}""", "text='a b 🙂'")]
    [InlineData("""{"text":[""]}""", "text=''")]
    [InlineData("""{"text":"bare"}""", "text='bare'")]
    [InlineData("""{"text":[["a","b"],["a"]],"string":["c"],"texts":[1,2.5,true,null,{"x":1}]}""", "text='a' text='b' text='a' string='c' texts='1' texts='2.5' texts='true'")]
    [InlineData("""{"text":["half \ud83d of a pair"]}""", "text='half \uFFFD of a pair'")]
    [InlineData("""{"images":[null,7,"x",[],{"filename":null},{"filename":""},{"filename":7,"type":"output"},{"filename":"i.png","type":"input"}],"batch_index":[0],"value":["x"]}""", "images:/7:output")]
    [InlineData("""{"images":[{"filename":"a.png","subfolder":"","type":"output"}],"ui_images":[{"filename":"a.png","subfolder":"","type":"output"}]}""", "images:/a.png:output")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    public void Output_OfAnyShape_HasItsResults(string output, string expected)
    {
        var results = NodeOutput.Of(JsonSerializer.Deserialize<JsonElement>(output)).Results;

        string.Join(' ', results.Select(Describe)).ShouldBe(expected);
    }

    [Fact]
    public void Output_ThatSaysItsImagesWentThroughTheSocket_IsBelieved() =>
        NodeOutput.Of(JsonSerializer.Deserialize<JsonElement>("""{"images":[{"source":"websocket","content-type":"image/png","type":"output"}]}""")).SendsFrames.ShouldBeTrue();

    [Fact]
    public void Output_LargerThanAnyoneNeeds_IsCutAndSaysSo()
    {
        var many = NodeOutput.Of(JsonSerializer.SerializeToElement(new { text = Enumerable.Range(0, 5000).Select(i => $"{i}") }));
        var large = NodeOutput.Of(JsonSerializer.SerializeToElement(new { text = new[] { new string('x', 3 << 20) } }));

        (many.Results.Count, many.IsCut).ShouldBe((1000, true));
        (((OutputText)large.Results[0]).Text.Length, large.IsCut).ShouldBe((1 << 20, true));
    }

    private static string Describe(NodeResult result) => result switch
    {
        OutputFile file => $"{file.Key}:{file.Subfolder}/{file.Filename}:{file.Type}",
        OutputText text => $"{text.Key}='{text.Text}'",
        _ => "?",
    };
}
