using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>The model files that the server claims to have, by folder.</summary>
internal sealed class ModelFolders
{
    private static readonly string[] NamesOfA =
    [
        "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models", "embeddings", "diffusers",
        "vae_approx", "controlnet", "gligen", "upscale_models", "custom_nodes", "hypernetworks", "photomaker", "classifiers", "model_patches",
        "audio_encoders",
    ];

    private static readonly string[] NamesOfB =
    [
        "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models", "embeddings", "diffusers",
        "vae_approx", "controlnet", "gligen", "upscale_models", "latent_upscale_models", "custom_nodes", "hypernetworks", "photomaker",
        "classifiers", "model_patches", "audio_encoders", "background_removal", "frame_interpolation", "geometry_estimation", "optical_flow",
        "detection",
    ];

    private static readonly string[] DefaultCheckpoints =
        ["dreamshaper_8.safetensors", "sd_xl_base_1.0.safetensors", "v1-5-pruned-emaonly.safetensors"];

    private readonly Dictionary<string, string[]> _files;

    public ModelFolders(IOptions<SimulatorOptions> options)
    {
        Names = options.Value.Version == ComfyUiVersion.B ? NamesOfB : NamesOfA;
        _files = Names.ToDictionary(n => n, _ => Array.Empty<string>(), StringComparer.Ordinal);
        _files["checkpoints"] = options.Value.Checkpoints.Count > 0 ? [.. options.Value.Checkpoints] : DefaultCheckpoints;
        _files["loras"] = ["add_detail.safetensors", "lcm_lora_sd15.safetensors"];
        _files["vae"] = ["vae-ft-mse-840000-ema-pruned.safetensors"];
        _files["embeddings"] = ["easynegative.safetensors"];
        foreach (var (folder, files) in options.Value.AllClasses ? WellKnownModels.All : [])
        {
            if (folder != "checkpoints" || options.Value.Checkpoints.Count == 0)
                _files[folder] = files;
        }
    }

    /// <summary>All folders, in ComfyUI's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The files of a folder; null if there is no such folder.</summary>
    public IReadOnlyList<string>? Files(string folder) => _files.GetValueOrDefault(folder);
}
