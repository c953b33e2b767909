using System.Text;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Nodes;

/// <summary>Output nodes that save more than pictures, of the simulator's own classes and of a live server's catalog.</summary>
public sealed class MediaNodesTests
{
    private static readonly string Catalog = Path.Combine(AppContext.BaseDirectory, "Recordings", "v0.33.0", "object_info.json");

    [Theory]
    [InlineData("SaveVideo", "images", ".mp4", "ftyp", true)]
    [InlineData("SaveWEBM", "images", ".webm", "webm", true)]
    [InlineData("SaveAnimatedWEBP", "images", ".webp", "ANIM", true)]
    [InlineData("SaveGLB", "3d", ".glb", "glTF", false)]
    [InlineData("SaveAudioMP3", "audio", ".mp3", "ID3", false)]
    [InlineData("SaveAudioOpus", "audio", ".opus", "OpusHead", false)]
    [InlineData("SaveSVGNode", "images", ".svg", "<svg", false)]
    [InlineData("SaveLatent", "latents", ".latent", "latent_tensor", false)]
    [InlineData("SaveAVIF", "images", ".avif", "ftypavif", false)]
    public async Task Saver_OfEachKind_ListsAFileOfThatKindWithTheWorkflowInIt(string saver, string key, string extension, string signature, bool isAnimated)
    {
        await using var host = await SimulatorHost.StartAsync();

        var (output, file) = await RunAsync(host, saver);

        output[key]![0]!["filename"]!.ToString().ShouldBe("r_00001_" + extension);
        output[key]![0]!["type"]!.ToString().ShouldBe("output");
        (output["animated"] is not null).ShouldBe(isAnimated);
        var text = Encoding.Latin1.GetString(file);
        text[..Math.Min(text.Length, 4000)].ShouldContain(signature);
        // Real AVIF savers write it as well; these two samples have none.
        if (extension is not (".avif" or ".webp"))
            text.ShouldContain("lighthouse");
    }

    [Theory]
    [InlineData("SaveVideo")]
    [InlineData("SaveAudioOpus")]
    public async Task Saver_WithALiveCatalog_SavesTheSame(string saver)
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));
        await using var own = await SimulatorHost.StartAsync();

        var (_, file) = await RunAsync(host, saver, isLive: true);

        file.ShouldBe((await RunAsync(own, saver)).File);
    }

    private static async Task<(JsonNode Output, byte[] File)> RunAsync(SimulatorHost host, string saver, bool isLive = false)
    {
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        var (input, maker) = saver switch
        {
            "SaveVideo" => ("video", Graphs.Node("CreateVideo", ("images", Graphs.Link("1")), ("fps", 8.0))),
            "SaveGLB" => ("mesh", Graphs.Node("LabMesh", ("seed", 1))),
            "SaveSVGNode" => ("svg", Graphs.Node("LabDrawing", ("seed", 1))),
            "SaveLatent" => ("samples", Graphs.Node("EmptyLatentImage", ("width", 64), ("height", 64), ("batch_size", 1))),
            "SaveAudioMP3" or "SaveAudioOpus" => ("audio", Graphs.Node("EmptyAudio", ("duration", 0.1), ("sample_rate", 8000))),
            _ => ("images", Graphs.Node("LabColor", ("seed", 1), ("px", 16), ("batch", 1))),
        };
        var save = Graphs.Node(saver, (input, Graphs.Link("2")), ("filename_prefix", "r"));
        if (isLive)
            Complete(save, maker);
        var id = await host.SubmitAsync(new JsonObject
        {
            ["1"] = isLive
                ? Graphs.Node("EmptyImage", ("width", 16), ("height", 16), ("batch_size", 1), ("color", 1))
                : Graphs.Node("LabColor", ("seed", 1), ("px", 16), ("batch", 1)),
            ["2"] = maker,
            ["3"] = save,
        });
        await socket.WaitForEndAsync(id);

        var output = (await host.HistoryAsync(id))!["outputs"]!["3"]!;
        var file = output.AsObject().First(o => o.Value is JsonArray { Count: > 0 } a && a[0] is JsonObject).Value![0]!;
        return (output, await host.Http.GetByteArrayAsync($"/view?filename={file["filename"]}&subfolder={file["subfolder"]}&type={file["type"]}"));
    }

    /// <summary>Further inputs that the classes of a live server require.</summary>
    private static void Complete(JsonObject save, JsonObject maker)
    {
        foreach (var (name, value) in new (string, JsonNode)[] { ("format", "auto"), ("format.codec", "auto"), ("quality", "128k") })
            save["inputs"]![name] = value;
        if (maker["class_type"]!.ToString() == "EmptyAudio")
            maker["inputs"]!["channels"] = 2;
    }
}
