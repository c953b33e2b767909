namespace LockNGen.GenerationApi.Catalog;

/// <summary>Which inputs of which nodes name models, and ComfyUI's folder for them.</summary>
internal static class ModelFolders
{
    private static readonly Dictionary<string, string> ByInput = new()
    {
        ["ckpt_name"] = "checkpoints",
        ["lora_name"] = "loras",
        ["vae_name"] = "vae",
        ["control_net_name"] = "controlnet",
        ["unet_name"] = "diffusion_models",
        ["clip_name"] = "text_encoders",
        ["clip_name1"] = "text_encoders",
        ["clip_name2"] = "text_encoders",
        ["clip_name3"] = "text_encoders",
        ["style_model_name"] = "style_models",
        ["gligen_name"] = "gligen",
        ["hypernetwork_name"] = "hypernetworks",
    };

    private static readonly Dictionary<string, string> ByClass = new()
    {
        ["UpscaleModelLoader"] = "upscale_models",
        ["PhotoMakerLoader"] = "photomaker",
        ["CLIPVisionLoader"] = "clip_vision",
    };

    /// <summary>The folder, or null when the input names no model.</summary>
    public static string? Of(string classType, string input) =>
        ByClass.TryGetValue(classType, out var folder) && input is "model_name" or "photomaker_model_name" or "clip_name"
            ? folder
            : ByInput.GetValueOrDefault(input);

    private static readonly string[] ModelExtensions = [".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl"];

    /// <summary>Whether a text looks like the name of a model's file.</summary>
    public static bool IsModelFile(string name) => name.Length < 1000 && Array.Exists(ModelExtensions, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
