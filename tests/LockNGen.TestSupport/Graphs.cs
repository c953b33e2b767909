using System.Text.Json.Nodes;

namespace LockNGen.TestSupport;

/// <summary>Workflows in ComfyUI's API format, of nodes and models that every simulated ComfyUI has.</summary>
public static class Graphs
{
    public const string Checkpoint = "dreamshaper_8.safetensors";

    /// <summary>The output node of <see cref="TextToImage"/>.</summary>
    public const string Output = "7";

    /// <summary>The usual text to image: the sampler is node 5.</summary>
    public static JsonObject TextToImage(
        long seed = 1, int steps = 4, int size = 64, int batch = 1, string prefix = "test", string text = "a lighthouse at dusk") => new()
        {
            ["1"] = Node("CheckpointLoaderSimple", ("ckpt_name", Checkpoint)),
            ["2"] = Node("CLIPTextEncode", ("text", text), ("clip", Link("1", 1))),
            ["3"] = Node("CLIPTextEncode", ("text", "blurry"), ("clip", Link("1", 1))),
            ["4"] = Node("EmptyLatentImage", ("width", size), ("height", size), ("batch_size", batch)),
            ["5"] = Sampler(Link("4"), seed, steps),
            ["6"] = Node("VAEDecode", ("samples", Link("5")), ("vae", Link("1", 2))),
            [Output] = Node("SaveImage", ("images", Link("6")), ("filename_prefix", prefix)),
        };

    /// <summary>A sampler with the model and the prompts of <see cref="TextToImage"/>.</summary>
    public static JsonObject Sampler(JsonArray latent, long seed = 1, int steps = 4, double denoise = 1) => Node(
        "KSampler",
        ("seed", seed), ("steps", steps), ("cfg", 7.0), ("sampler_name", "euler"), ("scheduler", "normal"), ("denoise", denoise),
        ("model", Link("1")), ("positive", Link("2")), ("negative", Link("3")), ("latent_image", latent));

    public static JsonObject Node(string classType, params (string Name, JsonNode? Value)[] inputs) => new()
    {
        ["class_type"] = classType,
        ["inputs"] = new JsonObject(inputs.Select(i => KeyValuePair.Create(i.Name, i.Value))),
    };

    public static JsonArray Link(string node, int slot = 0) => new(node, slot);
}
