using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

internal static class Workflows
{
    /// <summary>Text to image, 6 nodes besides the sampler, 64 x 64 pixels.</summary>
    public static JsonElement TextToImage(int steps = 4, string output = "SaveImage", int batch = 1, int seed = 42) => JsonSerializer.SerializeToElement(
        new Dictionary<string, object>
        {
            ["1"] = Node("CheckpointLoaderSimple", new { ckpt_name = SimulatedServer.Checkpoint }),
            ["2"] = Node("CLIPTextEncode", new { text = "a lighthouse at dusk", clip = Link("1", 1) }),
            ["3"] = Node("CLIPTextEncode", new { text = "blurry", clip = Link("1", 1) }),
            ["4"] = Node("EmptyLatentImage", new { width = 64, height = 64, batch_size = batch }),
            ["5"] = Node("KSampler", new
            {
                seed,
                steps,
                cfg = 7.0,
                sampler_name = "euler",
                scheduler = "normal",
                denoise = 1.0,
                model = Link("1", 0),
                positive = Link("2", 0),
                negative = Link("3", 0),
                latent_image = Link("4", 0),
            }, "The sampler"),
            ["6"] = Node("VAEDecode", new { samples = Link("5", 0), vae = Link("1", 2) }),
            ["7"] = output == "SaveImage"
                ? Node(output, new { images = Link("6", 0), filename_prefix = "test" })
                : Node(output, new { images = Link("6", 0) }),
        });

    public static object Node(string classType, object inputs, string? title = null) => title is null
        ? new { class_type = classType, inputs }
        : new { class_type = classType, inputs, _meta = new { title } };

    public static object[] Link(string node, int slot) => [node, slot];
}
