using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests;

/// <summary>The graphs that tests submit.</summary>
internal static class Workflows
{
    public static JsonObject TextToImage(long seed = 1, int steps = 4, int size = 64, int batch = 1, string prefix = "test/picture") => new()
    {
        ["1"] = Node("CheckpointLoaderSimple", ("ckpt_name", "dreamshaper_8.safetensors")),
        ["2"] = Node("CLIPTextEncode", ("text", "a lighthouse at dusk"), ("clip", Link("1", 1))),
        ["3"] = Node("CLIPTextEncode", ("text", "blurry"), ("clip", Link("1", 1))),
        ["4"] = Node("EmptyLatentImage", ("width", size), ("height", size), ("batch_size", batch)),
        ["5"] = Sampler(Link("4"), seed, steps),
        ["6"] = Node("VAEDecode", ("samples", Link("5")), ("vae", Link("1", 2))),
        ["7"] = Node("SaveImage", ("images", Link("6")), ("filename_prefix", prefix)),
    };

    public static JsonObject Sampler(JsonArray latent, long seed = 1, int steps = 4, double denoise = 1) => Node(
        "KSampler",
        ("seed", seed), ("steps", steps), ("cfg", 7.0), ("sampler_name", "euler"), ("scheduler", "normal"), ("denoise", denoise),
        ("model", Link("1")), ("positive", Link("2")), ("negative", Link("3")), ("latent_image", latent));

    /// <summary>A progress bar and a temporary picture.</summary>
    public static JsonObject Progress(int steps = 3, int seed = 1, int sleep = 0, string preview = "none") => new()
    {
        ["10"] = Node(
            "LabProgress", ("steps", steps), ("sleep_ms", sleep), ("preview", preview), ("preview_px", 32), ("max_px", 32), ("noise", false), ("seed", seed)),
        ["11"] = Node("PreviewImage", ("images", Link("10"))),
    };

    public static JsonObject Node(string classType, params (string Name, JsonNode? Value)[] inputs) => new()
    {
        ["class_type"] = classType,
        ["inputs"] = new JsonObject(inputs.Select(i => KeyValuePair.Create(i.Name, i.Value))),
    };

    public static JsonArray Link(string node, int slot = 0) => new(node, slot);

    /// <summary>Submits and expects success.</summary>
    public static async Task<string> SubmitAsync(this SimulatorHost host, JsonObject prompt, string? clientId = "tester", string? promptId = null)
    {
        var body = new JsonObject { ["prompt"] = prompt };
        if (clientId is not null)
            body["client_id"] = clientId;
        if (promptId is not null)
            body["prompt_id"] = promptId;
        using var answer = await host.Http.PostAsJsonAsync("/prompt", body);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        return JsonNode.Parse(text)!["prompt_id"]!.GetValue<string>();
    }

    public static async Task<JsonObject?> HistoryAsync(this SimulatorHost host, string promptId) =>
        (await host.Http.GetFromJsonAsync<JsonObject>($"/history/{promptId}"))![promptId] as JsonObject;
}
