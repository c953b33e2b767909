namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Empty latents, masks and scaling.</summary>
internal static class LatentNodes
{
    private const int MaxResolution = 16_384;
    private static readonly string[] UpscaleMethods = ["nearest-exact", "bilinear", "area", "bicubic", "bislerp"];

    public static IEnumerable<NodeDefinition> Create()
    {
        yield return Empty("EmptyLatentImage", "Empty Latent Image", "latent", 512);
        yield return Empty("EmptySD3LatentImage", "EmptySD3LatentImage", "latent/sd3", 1024);
        yield return new NodeDefinition
        {
            ClassType = "SetLatentNoiseMask",
            DisplayName = "Set Latent Noise Mask",
            Category = "latent/inpaint",
            Inputs = [InputSpec.Link("samples", "LATENT"), InputSpec.Link("mask", "MASK")],
            Outputs = [new("LATENT")],
            RunAsync = context => Task.FromResult(NodeResult.Of(
                context.Get<LatentValue>("samples") with { NoiseMask = context.Get<MaskValue>("mask") })),
        };
        yield return new NodeDefinition
        {
            ClassType = "LatentUpscale",
            DisplayName = "Upscale Latent",
            Category = "latent",
            Inputs =
            [
                InputSpec.Link("samples", "LATENT"), InputSpec.Choice("upscale_method", UpscaleMethods),
                InputSpec.Int("width", 512, 0, MaxResolution, c => c["step"] = 8), InputSpec.Int("height", 512, 0, MaxResolution, c => c["step"] = 8),
                InputSpec.Choice("crop", ["disabled", "center"]),
            ],
            Outputs = [new("LATENT")],
            RunAsync = context =>
            {
                var latent = context.Get<LatentValue>("samples");
                return Task.FromResult(NodeResult.Of(Resize(latent, context.Int("width"), context.Int("height"))));
            },
        };
        yield return new NodeDefinition
        {
            ClassType = "LatentUpscaleBy",
            DisplayName = "Upscale Latent By",
            Category = "latent",
            Inputs =
            [
                InputSpec.Link("samples", "LATENT"), InputSpec.Choice("upscale_method", UpscaleMethods),
                InputSpec.Float("scale_by", 1.5, 0.01, 8, c => c["step"] = 0.01),
            ],
            Outputs = [new("LATENT")],
            RunAsync = context =>
            {
                var latent = context.Get<LatentValue>("samples");
                var scale = context.Double("scale_by");
                return Task.FromResult(NodeResult.Of(Resize(latent, (int)(latent.Width * scale), (int)(latent.Height * scale))));
            },
        };
    }

    private static NodeDefinition Empty(string classType, string displayName, string category, int size) => new()
    {
        ClassType = classType,
        DisplayName = displayName,
        Category = category,
        Description = "Create a new batch of empty latent images to be denoised via sampling.",
        Inputs =
        [
            InputSpec.Int("width", size, 16, MaxResolution, c => (c["step"], c["tooltip"]) = (8, "The width of the latent images in pixels.")),
            InputSpec.Int("height", size, 16, MaxResolution, c => (c["step"], c["tooltip"]) = (8, "The height of the latent images in pixels.")),
            InputSpec.Int("batch_size", 1, 1, 4096, c => c["tooltip"] = "The number of latent images in the batch."),
        ],
        Outputs = [new("LATENT")],
        RunAsync = context =>
        {
            var empty = new LatentPicture(Scene: null, Source: null, Denoise: 1);
            return Task.FromResult(NodeResult.Of(new LatentValue(
                context.Int("width") / 8 * 8, context.Int("height") / 8 * 8, [.. Enumerable.Repeat(empty, context.Int("batch_size"))])));
        },
    };

    /// <summary>A side of zero is derived from the other one.</summary>
    private static LatentValue Resize(LatentValue latent, int width, int height)
    {
        if (width == 0 && height == 0)
            return latent;
        if (width == 0)
            width = Math.Max(64, latent.Width * height / latent.Height);
        if (height == 0)
            height = Math.Max(64, latent.Height * width / latent.Width);
        return latent with { Width = Math.Max(8, width / 8 * 8), Height = Math.Max(8, height / 8 * 8) };
    }
}
