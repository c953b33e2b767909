using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>Determines what a field is for: by its input's type and name, and by where its node's outputs go.</summary>
internal sealed class RoleOf(Conditionings conditionings)
{
    public ParameterRole Find(Candidate candidate)
    {
        var (node, input, spec) = candidate.UsedAs;
        var name = input[(input.LastIndexOf('.') + 1)..];
        if (Upload(spec) is { } file)
            return file == ParameterRole.Image && (node.Class.EndsWith("Mask", StringComparison.Ordinal) || name.Contains("mask", StringComparison.Ordinal)) ? ParameterRole.Mask : file;
        if (spec?.IsList == true || ModelNames.Kind(node, name, candidate.Value) is not null)
            return OfList(node, name, candidate);
        return candidate.Value.ValueKind switch
        {
            // When everything is drawn from scratch, there is no strength of change to set.
            System.Text.Json.JsonValueKind.Number when name == "denoise" && candidate.Value.GetDouble() >= 1 => ParameterRole.Other,
            System.Text.Json.JsonValueKind.String => OfText(candidate, name, spec),
            System.Text.Json.JsonValueKind.Number => OfNumber(node, name, spec),
            _ => ParameterRole.Other,
        };
    }

    private static ParameterRole? Upload(InputDefinition? spec) => spec switch
    {
        null => null,
        _ when spec.Options.IsTrue("image_upload") || spec.Options.IsTrue("animated_image_upload") => ParameterRole.Image,
        _ when spec.Options.IsTrue("video_upload") => ParameterRole.Video,
        _ when spec.Options.IsTrue("audio_upload") => ParameterRole.Audio,
        _ when spec.Options.IsTrue("file_upload") => ParameterRole.File,
        _ => null,
    };

    private static ParameterRole OfList(PromptNode node, string name, Candidate candidate) => ModelNames.Kind(node, name, candidate.Value) switch
    {
        ModelKind.Main => ParameterRole.Model,
        ModelKind.Lora => ParameterRole.Lora,
        ModelKind.Helper => ParameterRole.Helper,
        _ when name is "sampler_name" or "sampler" => ParameterRole.Sampler,
        _ when name == "scheduler" => ParameterRole.Scheduler,
        _ => ParameterRole.Other,
    };

    private ParameterRole OfText(Candidate candidate, string name, InputDefinition? spec)
    {
        var isLong = spec?.Options.IsTrue("multiline") == true || spec is null && name is "text" or "prompt";
        var isSaid = isLong || name.Contains("prompt", StringComparison.Ordinal) || name is "text" or "tags" or "lyrics" or "caption" or "string" or "value";
        var (positive, negative) = (Leads(candidate, conditionings.Positive), Leads(candidate, conditionings.Negative));
        if (!isSaid || !positive && !negative && !isLong)
            return ParameterRole.Other;
        if (Conditionings.IsNegativeName(name) || !positive && negative)
            return ParameterRole.NegativePrompt;
        if (positive && name is not ("lyrics" or "system_prompt"))
            return ParameterRole.Prompt;
        return positive || name.Contains("prompt", StringComparison.Ordinal) || conditionings.Positive.Count == 0 && name is "text" or "string" ? ParameterRole.Text : ParameterRole.Other;
    }

    private static bool Leads(Candidate candidate, HashSet<PromptNode> to) => to.Contains(candidate.Node) || to.Contains(candidate.UsedAs.Node);

    private static ParameterRole OfNumber(PromptNode node, string name, InputDefinition? spec) => name switch
    {
        "seed" or "noise_seed" => IsIdle(node) ? ParameterRole.Other : ParameterRole.Seed,
        _ when spec is { HasControl: true, FieldType: "INT" } && node.Class.Contains("eed", StringComparison.Ordinal) => ParameterRole.Seed,
        "width" when GivesPictures(node) => ParameterRole.Width,
        "height" when GivesPictures(node) => ParameterRole.Height,
        "length" or "num_frames" or "frames" or "video_frames" or "frame_count" => ParameterRole.Frames,
        "seconds" or "duration" or "seconds_total" => ParameterRole.Seconds,
        "fps" or "frame_rate" => ParameterRole.FrameRate,
        "batch_size" when node.Class.Contains("Latent", StringComparison.Ordinal) => ParameterRole.BatchSize,
        "denoise" => ParameterRole.Denoise,
        "steps" => ParameterRole.Steps,
        "cfg" or "guidance" or "guidance_scale" or "cfg_conds" => ParameterRole.Guidance,
        "strength_model" or "strength_clip" or "lora_strength" => ParameterRole.LoraStrength,
        "strength" or "weight" or "conditioning_strength" or "noise_augmentation" or "scale_by" or "upscale_by" or "blend_factor" => ParameterRole.Strength,
        _ => ParameterRole.Other,
    };

    // The seed of the second of two samplers that share their noise has no effect.
    private static bool IsIdle(PromptNode node) =>
        node.Values.TryGetValue("add_noise", out var adds) && adds.ValueKind is System.Text.Json.JsonValueKind.String or System.Text.Json.JsonValueKind.False && adds.ToString() is "disable" or "False";

    // But not those that only crop or scale.
    private static bool GivesPictures(PromptNode node) => node.Definition is null
        || node.Definition.Outputs.Contains("LATENT") && !node.Links.ContainsKey("samples")
        || node.Class is "EmptyImage" or "ModelSamplingFlux" || node.Class.Contains("Resolution", StringComparison.Ordinal);
}
