namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Common ComfyUI model files, by folder: those of its public examples and of popular workflows.</summary>
internal static class WellKnownModels
{
    public static IReadOnlyList<(string Folder, string[] Files)> All { get; } =
    [
        ("checkpoints",
        [
            "dreamshaper_8.safetensors", "sd_xl_base_1.0.safetensors", "v1-5-pruned-emaonly.safetensors", "512-inpainting-ema.safetensors",
            "AOM3A1.safetensors", "AbyssOrangeMix2_hard.safetensors", "Anything-V3.0.ckpt", "ace_step_v1_3.5b.safetensors",
            "aura_flow_0.2.safetensors", "cardosAnime_v10.safetensors", "flux1-dev-fp8.safetensors", "flux1-schnell-fp8.safetensors",
            "hunyuan3d-dit-v2_fp16.safetensors", "ltx-video-2b-v0.9.5.safetensors", "lumina_2.safetensors", "sd-v1-5-inpainting.ckpt",
            "sd21-unclip-h.ckpt", "sd3.5_large.safetensors", "sd3.5_large_fp8_scaled.safetensors", "sd3_medium.safetensors",
            "sd3_medium_incl_clips_t5xxlfp8.safetensors", "sd_xl_refiner_1.0.safetensors", "stable_cascade_stage_b.safetensors",
            "stable_cascade_stage_c.safetensors", "svd_xt.safetensors", "v1-5-pruned-emaonly.ckpt", "v2-1_768-ema-pruned.ckpt",
            "wd-illusion-fp16.safetensors",
        ]),
        ("diffusion_models",
        [
            "chroma-unlocked-v29.5.safetensors", "chroma-unlocked-v47-detail-calibrated.safetensors", "cosmos_predict2_2B_t2i.safetensors",
            "flux1-canny-dev.safetensors", "flux1-dev.safetensors", "flux1-fill-dev.safetensors", "flux1-kontext-dev.safetensors",
            "flux1-schnell.safetensors", "hidream_e1_1_bf16.safetensors", "hidream_i1_full_fp16.safetensors", "omnigen2_fp16.safetensors",
            "qwen_image_edit_2509_fp8_e4m3fn.safetensors", "qwen_image_fp8_e4m3fn.safetensors", "wan2.1_t2v_1.3B_fp16.safetensors",
            "wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors", "wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors",
            "wan2.2_t2v_high_noise_14B_fp8_scaled.safetensors", "wan2.2_t2v_low_noise_14B_fp8_scaled.safetensors", "wan2.2_ti2v_5B_fp16.safetensors",
            "z_image_turbo_bf16.safetensors",
        ]),
        ("text_encoders",
        [
            "clip_g.safetensors", "clip_g_hidream.safetensors", "clip_l.safetensors", "clip_l_hidream.safetensors",
            "llama_3.1_8b_instruct_fp8_scaled.safetensors", "oldt5_xxl_fp8_e4m3fn_scaled.safetensors", "qwen_2.5_vl_7b_fp8_scaled.safetensors",
            "qwen_2.5_vl_fp16.safetensors", "qwen_3_4b.safetensors", "t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn_scaled.safetensors",
            "umt5_xxl_fp8_e4m3fn_scaled.safetensors",
        ]),
        ("vae",
        [
            "vae-ft-mse-840000-ema-pruned.safetensors", "ae.safetensors", "kl-f8-anime2.ckpt", "qwen_image_vae.safetensors",
            "wan2.2_vae.safetensors", "wan_2.1_vae.safetensors",
        ]),
        ("loras", ["add_detail.safetensors", "lcm_lora_sd15.safetensors", "epiNoiseoffset_v2.safetensors", "flux1-depth-dev-lora.safetensors"]),
        ("controlnet",
        [
            "control_scribble.safetensors", "sd3.5_large_controlnet_canny.safetensors", "sd3_controlnet_canny.safetensors",
            "stable_cascade_canny.safetensors", "stable_cascade_inpainting.safetensors", "t2iadapter_depth_sd14v1.pth",
        ]),
        ("clip_vision", ["clip_vision_g.safetensors", "clip_vision_h.safetensors"]),
        ("upscale_models", ["RealESRGAN_x4plus.pth", "RealESRGAN_x2.pth", "4x-UltraSharp.pth"]),
        ("gligen", ["gligen_sd14_textbox_pruned.safetensors"]),
        ("hypernetworks", ["dantionMarbleStatues_10.pt"]),
        ("embeddings", ["easynegative.safetensors"]),
    ];
}
