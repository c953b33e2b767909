namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>ComfyUI's /object_info of the nodes that the templates use, in both forms of choices.</summary>
internal static class ObjectInfo
{
    public static string With(params string[] checkpoints) => $$"""
        {
          "KSampler": { "input": { "required": {
            "model": ["MODEL"], "positive": ["CONDITIONING"], "negative": ["CONDITIONING"], "latent_image": ["LATENT"],
            "seed": ["INT", { "min": 0, "max": 18446744073709551615 }], "steps": ["INT", { "min": 1, "max": 10000 }], "cfg": ["FLOAT", { "min": 0.0, "max": 100.0 }],
            "sampler_name": [["euler", "dpmpp_2m"], {}], "scheduler": ["COMBO", { "options": ["normal", "karras"] }], "denoise": ["FLOAT", { "min": 0.0, "max": 1.0 }] } } },
          "CheckpointLoaderSimple": { "input": { "required": { "ckpt_name": [[{{string.Join(',', checkpoints.Select(c => $"\"{c}\""))}}], {}] } } },
          "EmptyLatentImage": { "input": { "required": { "width": ["INT", {}], "height": ["INT", {}], "batch_size": ["INT", {}] } } },
          "CLIPTextEncode": { "input": { "required": { "text": ["STRING", {}], "clip": ["CLIP"] } } },
          "LoadImage": { "input": { "required": { "image": [["example.png"], { "image_upload": true }] } } },
          "VAEEncode": { "input": { "required": { "pixels": ["IMAGE"], "vae": ["VAE"] } } },
          "VAEDecode": { "input": { "required": { "samples": ["LATENT"], "vae": ["VAE"] } } },
          "SaveImage": { "input": { "required": { "images": ["IMAGE"], "filename_prefix": ["STRING", {}] } }, "output_node": true }
        }
        """;
}
