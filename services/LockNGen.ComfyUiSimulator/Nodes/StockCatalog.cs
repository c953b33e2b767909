using System.IO.Compression;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>ComfyUI 0.33.0's own classes, as reported by a live server, with files in its model lists.</summary>
internal static class StockCatalog
{
    private static readonly Dictionary<string, string> FolderByInput = new(StringComparer.Ordinal)
    {
        ["ckpt_name"] = "checkpoints",
        ["lora_name"] = "loras",
        ["vae_name"] = "vae",
        ["unet_name"] = "diffusion_models",
        ["clip_name"] = "text_encoders",
        ["clip_name1"] = "text_encoders",
        ["clip_name2"] = "text_encoders",
        ["clip_name3"] = "text_encoders",
        ["clip_name4"] = "text_encoders",
        ["text_encoder"] = "text_encoders",
        ["control_net_name"] = "controlnet",
        ["style_model_name"] = "style_models",
        ["gligen_name"] = "gligen",
        ["hypernetwork_name"] = "hypernetworks",
        ["audio_encoder_name"] = "audio_encoders",
    };

    public static JsonObject Read(ModelFolders models)
    {
        using var resource = typeof(StockCatalog).Assembly.GetManifestResourceStream("stock-classes.json.gz")!;
        using var json = new GZipStream(resource, CompressionMode.Decompress);
        var classes = JsonNode.Parse(json)!.AsObject();
        foreach (var (name, live) in classes)
        {
            foreach (var (input, spec) in live!["input"]!.AsObject().SelectMany(g => g.Value as JsonObject ?? []))
            {
                if (spec is JsonArray array && FolderOf(name, input) is { } folder && models.Files(folder) is { Count: > 0 } files)
                    Put(files, array);
            }
        }

        return classes;
    }

    private static string? FolderOf(string classType, string input) => (classType, input) switch
    {
        ("CLIPVisionLoader", "clip_name") => "clip_vision",
        ("UpscaleModelLoader", "model_name") => "upscale_models",
        _ => FolderByInput.GetValueOrDefault(input),
    };

    private static void Put(IReadOnlyList<string> files, JsonArray spec)
    {
        var list = new JsonArray([.. files.Select(f => (JsonNode)f)]);
        if (spec[0] is JsonArray)
            spec[0] = list;
        else if (spec[0]?.ToString() == "COMBO" && spec.Count > 1)
            spec[1]!["options"] = list;
    }
}
