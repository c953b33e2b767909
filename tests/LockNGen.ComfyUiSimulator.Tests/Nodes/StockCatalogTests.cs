using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Nodes;

/// <summary>All classes of ComfyUI itself, in addition to the simulator's own.</summary>
public sealed class StockCatalogTests
{
    [Fact]
    public async Task AllClasses_OwnOnesStayAndTheOthersHaveModels()
    {
        await using var some = await SimulatorHost.StartAsync();
        await using var all = await SimulatorHost.StartAsync(("AllClasses", "true"));

        var own = (await some.Http.GetFromJsonAsync<JsonObject>("/object_info"))!;
        var stock = (await all.Http.GetFromJsonAsync<JsonObject>("/object_info"))!;

        own.ContainsKey("SamplerCustomAdvanced").ShouldBeFalse();
        JsonNode.DeepEquals(own["KSampler"], stock["KSampler"]).ShouldBeTrue();
        stock["UNETLoader"]!["input"]!["required"]!["unet_name"]![0]!.AsArray().Select(n => n!.ToString()).ShouldContain("flux1-dev.safetensors");
        stock["UpscaleModelLoader"]!["input"]!["required"]!["model_name"]![1]!["options"]!.AsArray().ShouldNotBeEmpty();
        stock["CLIPVisionLoader"]!["input"]!["required"]!["clip_name"]![0]!.AsArray().Select(n => n!.ToString()).ShouldContain("clip_vision_g.safetensors");
    }

    [Fact]
    public async Task SamplerOfParts_TakesItsStepsAndItsSeedFromThem()
    {
        await using var host = await SimulatorHost.StartAsync(("AllClasses", "true"));
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");

        var (one, steps) = await RunAsync(host, socket, seed: 1);
        var (two, _) = await RunAsync(host, socket, seed: 2);

        steps.ShouldBe(3);
        one.ShouldNotBe(two);
    }

    private static async Task<(string Picture, int Steps)> RunAsync(SimulatorHost host, ComfySocket socket, int seed)
    {
        var before = socket.Frames.Count;
        using var answer = await host.Http.PostAsJsonAsync("/prompt", new JsonObject { ["prompt"] = Flux(seed), ["client_id"] = "tester" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var id = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["prompt_id"]!.ToString();
        await socket.WaitAsync("execution_success", id);
        var frames = socket.Frames.Skip(before).Select(f => f.Json).ToList();
        var name = frames.Last(f => f?["type"]?.ToString() == "executed")!["data"]!["output"]!["images"]![0]!["filename"]!.ToString();
        var steps = frames.Where(f => f?["type"]?.ToString() == "progress").Max(f => (int)f!["data"]!["max"]!);
        return (Convert.ToBase64String(await host.Http.GetByteArrayAsync($"/view?filename={name}&type=output")), steps);
    }

    private static JsonObject Flux(int seed) => new()
    {
        ["1"] = Graphs.Node("UNETLoader", ("unet_name", "flux1-dev.safetensors"), ("weight_dtype", "default")),
        ["2"] = Graphs.Node("DualCLIPLoader", ("clip_name1", "t5xxl_fp16.safetensors"), ("clip_name2", "clip_l.safetensors"), ("type", "flux")),
        ["3"] = Graphs.Node("VAELoader", ("vae_name", "ae.safetensors")),
        ["4"] = Graphs.Node("CLIPTextEncode", ("clip", Graphs.Link("2")), ("text", "a lighthouse")),
        ["5"] = Graphs.Node("BasicGuider", ("model", Graphs.Link("1")), ("conditioning", Graphs.Link("4"))),
        ["6"] = Graphs.Node("BasicScheduler", ("model", Graphs.Link("1")), ("scheduler", "simple"), ("steps", 3), ("denoise", 1.0)),
        ["7"] = Graphs.Node("RandomNoise", ("noise_seed", seed)),
        ["8"] = Graphs.Node("KSamplerSelect", ("sampler_name", "euler")),
        ["9"] = Graphs.Node("EmptySD3LatentImage", ("width", 64), ("height", 64), ("batch_size", 1)),
        ["10"] = Graphs.Node(
            "SamplerCustomAdvanced", ("noise", Graphs.Link("7")), ("guider", Graphs.Link("5")), ("sampler", Graphs.Link("8")),
            ("sigmas", Graphs.Link("6")), ("latent_image", Graphs.Link("9"))),
        ["11"] = Graphs.Node("VAEDecode", ("samples", Graphs.Link("10")), ("vae", Graphs.Link("3"))),
        ["12"] = Graphs.Node("SaveImage", ("images", Graphs.Link("11")), ("filename_prefix", "flux")),
    };
}
