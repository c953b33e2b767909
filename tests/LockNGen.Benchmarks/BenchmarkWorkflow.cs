using System.Text.Json.Nodes;

namespace LockNGen.Benchmarks;

/// <summary>The usual text to image, small.</summary>
internal static class BenchmarkWorkflow
{
    /// <summary>A seed of its own each time: nothing comes from ComfyUI's cache.</summary>
    public static JsonObject Of(int steps) => JsonNode.Parse(
        $$$"""
        {
          "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5-pruned-emaonly.safetensors"}},
          "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 256, "height": 256, "batch_size": 1}},
          "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a lighthouse at dusk", "clip": ["4", 1]}},
          "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
          "3": {"class_type": "KSampler", "inputs": {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
                "seed": {{{Random.Shared.Next()}}}, "steps": {{{steps}}}, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1}},
          "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
          "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "overhead"}}
        }
        """)!.AsObject();
}
