using System.Text.Json;

namespace LockNGen.Workflows.Proposals;

/// <summary>What kind of model a field names.</summary>
internal enum ModelKind
{
    /// <summary>The one that draws.</summary>
    Main,
    Lora,

    /// <summary>What accompanies it: text encoders, decoders, and other files.</summary>
    Helper,
}

/// <summary>Recognizes models by the names that loaders use for them, and by file extension.</summary>
internal static class ModelNames
{
    private static readonly string[] Ends = [".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx"];

    public static ModelKind? Kind(PromptNode node, string input, JsonElement value) => input switch
    {
        "ckpt_name" or "unet_name" or "model_path" or "diffusion_model" => ModelKind.Main,
        _ when input.StartsWith("lora_name", StringComparison.Ordinal) => ModelKind.Lora,
        "vae_name" or "control_net_name" or "style_model_name" or "gligen_name" or "hypernetwork_name" or "audio_encoder_name" => ModelKind.Helper,
        _ when input.StartsWith("clip_name", StringComparison.Ordinal) => ModelKind.Helper,
        // For an upscaler, the model is what matters.
        _ when IsFile(value) => node.Class == "UpscaleModelLoader" ? ModelKind.Main : ModelKind.Helper,
        _ => null,
    };

    /// <summary>A display name and an identifier.</summary>
    public static (string Name, string Title) Called(PromptNode node, string input) => input switch
    {
        "vae_name" => ("vae", "VAE"),
        "control_net_name" => ("controlNet", "ControlNet"),
        _ when input.StartsWith("clip_name", StringComparison.Ordinal) => node.Class.Contains("Vision", StringComparison.Ordinal) ? ("visionEncoder", "Vision encoder") : ("textEncoder", "Text encoder"),
        _ when node.Class == "UpscaleModelLoader" => ("upscaler", "Upscaler"),
        _ => (Naming.Camel(input.Replace("_name", "", StringComparison.Ordinal)), Naming.Sentence(input.Replace("_name", "", StringComparison.Ordinal))),
    };

    public static bool IsFile(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && Ends.Any(e => value.GetString()!.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
