namespace LockNGen.EndToEndTests;

/// <summary>What people send who have more than a prompt, in ComfyUI's API format.</summary>
internal static class Workflows
{
    /// <summary>Three output nodes of three kinds, the first with a title of its author.</summary>
    public const string PictureTextAndSound = """
        {
          "4": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": "dreamshaper_8.safetensors" } },
          "5": { "class_type": "EmptyLatentImage", "inputs": { "width": 64, "height": 64, "batch_size": 1 } },
          "6": { "class_type": "CLIPTextEncode", "inputs": { "text": "a lighthouse", "clip": ["4", 1] } },
          "3": { "class_type": "KSampler", "inputs": { "model": ["4", 0], "seed": 1, "steps": 2, "cfg": 1, "sampler_name": "euler",
            "scheduler": "normal", "denoise": 1, "positive": ["6", 0], "negative": ["6", 0], "latent_image": ["5", 0] } },
          "8": { "class_type": "VAEDecode", "inputs": { "samples": ["3", 0], "vae": ["4", 2] } },
          "9": { "class_type": "SaveImage", "inputs": { "images": ["8", 0], "filename_prefix": "main/r" }, "_meta": { "title": "Final" } },
          "11": { "class_type": "GetImageSize", "inputs": { "image": ["8", 0] } },
          "12": { "class_type": "PreviewAny", "inputs": { "source": ["11", 0] } },
          "13": { "class_type": "EmptyAudio", "inputs": { "duration": 1.0, "sample_rate": 44100 } },
          "14": { "class_type": "SaveAudio", "inputs": { "audio": ["13", 0], "filename_prefix": "audio/s" } }
        }
        """;

    /// <summary>A node whose result is this file of ComfyUI's output folder, with any content.</summary>
    public static string Hands(string filename) => $$$"""
        {
          "1": { "class_type": "EmptyAudio", "inputs": { "duration": 0.1, "sample_rate": 44100 } },
          "2": { "class_type": "SaveAudio", "inputs": { "audio": ["1", 0], "filename_prefix": "s/{{{filename}}}" },
            "_meta": { "title": "ui:{\"images\":[{\"filename\":\"{{{filename}}}\",\"subfolder\":\"\",\"type\":\"output\"}]}" } }
        }
        """;
}
