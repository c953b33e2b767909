using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Http;

public sealed class PictureRoutesTests
{
    [Fact]
    public async Task Picture_WithANameInAnyScript_IsHandedOut()
    {
        await using var host = await SimulatorHost.StartAsync();
        using var content = new ByteArrayContent([1, 2, 3]);
        using var written = await host.Http.PostAsync(new Uri($"/simulator/files?name={Uri.EscapeDataString("日本 ü 100 %.png")}", UriKind.Relative), content);
        written.EnsureSuccessStatusCode();

        var bytes = await host.Http.GetByteArrayAsync(new Uri($"/view?filename={Uri.EscapeDataString("日本 ü 100 %.png")}&type=output", UriKind.Relative));

        bytes.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Inpaint_UploadedPictureAndMask_ChangesOnlyTheMaskedHalf()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var source = Half(new Color(1, 0, 0), new Color(1, 0, 0));
        await UploadAsync(host, "source.png", source);
        await UploadAsync(host, "mask.png", Half(new Color(0, 0, 0), new Color(1, 1, 1)));

        var prompt = Workflows.TextToImage(steps: 1);
        prompt["4"] = Graphs.Node("VAEEncodeForInpaint", ("pixels", Graphs.Link("90")), ("vae", Graphs.Link("1", 2)), ("mask", Graphs.Link("91")), ("grow_mask_by", 6));
        prompt["90"] = Graphs.Node("LoadImage", ("image", "source.png"));
        prompt["91"] = Graphs.Node("LoadImageMask", ("image", "mask.png"), ("channel", "red"));
        var id = await host.SubmitAsync(prompt);
        await socket.WaitForEndAsync(id);

        var result = PictureCodec.TryDecode(await host.Http.GetByteArrayAsync("/view?filename=picture_00001_.png&subfolder=test"))!;
        result.Get(8, 32).ShouldBe(source.Get(8, 32), "the unmasked half stays");
        result.Get(56, 32).ShouldNotBe(source.Get(56, 32), "the masked half is painted");
    }

    [Fact]
    public async Task SaveImage_Picture_CarriesPromptAndWorkflow()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var body = new JsonObject
        {
            ["prompt"] = Workflows.TextToImage(steps: 1),
            ["extra_data"] = new JsonObject { ["client_id"] = "tester", ["extra_pnginfo"] = new JsonObject { ["workflow"] = new JsonObject { ["id"] = "w1" } } },
        };
        using var answer = await host.Http.PostAsJsonAsync("/prompt", body);
        await socket.WaitForEndAsync((await answer.Content.ReadFromJsonAsync<JsonObject>())!["prompt_id"]!.ToString());

        var text = Encoding.Latin1.GetString(await host.Http.GetByteArrayAsync("/view?filename=picture_00001_.png&subfolder=test"));

        text.ShouldContain("tEXtprompt\0{\"1\":");
        text.ShouldContain("tEXtworkflow\0{\"id\":\"w1\"}");
    }

    [Fact]
    public async Task UploadMask_OverAnOutput_ReplacesItsAlpha()
    {
        await using var host = await SimulatorHost.StartAsync();
        await UploadAsync(host, "source.png", Half(new Color(1, 0, 0), new Color(0, 1, 0)));
        var mask = new Bitmap(64, 64) { Alpha = new byte[64 * 64] };
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(PngEncoder.Encode(mask)), "image", "painted.png" },
            { new StringContent("""{"filename":"source.png","type":"input"}"""), "original_ref" },
        };

        using var answer = await host.Http.PostAsync(new Uri("/upload/mask", UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();

        var painted = PictureCodec.TryDecode(await host.Http.GetByteArrayAsync("/view?filename=painted.png&type=input"))!;
        painted.Get(0, 0).ShouldBe(new Color(1, 0, 0));
        painted.Alpha!.ShouldAllBe(a => a == 0);
    }

    [Theory]
    [InlineData("SaveAnimatedPNG", "images", "acTL")]
    [InlineData("SaveAudio", "audio", "fLaC")]
    public async Task Outputs_AnimationAndSound_AreListedAsRealServersDo(string node, string key, string signature)
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var id = await host.SubmitAsync(new JsonObject
        {
            ["1"] = node == "SaveAudio"
                ? Graphs.Node("EmptyAudio", ("duration", 0.1), ("sample_rate", 8000))
                : Graphs.Node("LabColor", ("seed", 1), ("px", 16), ("batch", 3)),
            ["2"] = node == "SaveAudio"
                ? Graphs.Node("SaveAudio", ("audio", Graphs.Link("1")), ("filename_prefix", "sound"))
                : Graphs.Node("SaveAnimatedPNG", ("images", Graphs.Link("1")), ("filename_prefix", "film"), ("fps", 6.0), ("compress_level", 4)),
        });
        await socket.WaitForEndAsync(id);

        var output = (await host.HistoryAsync(id))!["outputs"]!["2"]!;
        var content = await host.Http.GetByteArrayAsync($"/view?filename={output[key]![0]!["filename"]}");
        Encoding.Latin1.GetString(content).ShouldContain(signature);
        (output["animated"] is not null).ShouldBe(node == "SaveAnimatedPNG");
    }

    private static Bitmap Half(Color left, Color right)
    {
        var bitmap = new Bitmap(64, 64);
        for (var y = 0; y < 64; y++)
        {
            for (var x = 0; x < 64; x++)
                bitmap.Set(x, y, x < 32 ? left : right);
        }

        return bitmap;
    }

    private static async Task UploadAsync(SimulatorHost host, string name, Bitmap bitmap)
    {
        using var form = new MultipartFormDataContent();
        var content = new ByteArrayContent(PngEncoder.Encode(bitmap));
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(content, "image", name);
        using var answer = await host.Http.PostAsync(new Uri("/upload/image", UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
    }
}
