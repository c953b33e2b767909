namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Empty latents, scaling, and conversion between pixels and latents.</summary>
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
            ClassType = "VAEDecode",
            DisplayName = "VAE Decode",
            Category = "latent",
            Description = "Decodes latent images back into pixel space images.",
            Inputs = [InputSpec.Link("samples", "LATENT", "The latent to be decoded."), InputSpec.Link("vae", "VAE", "The VAE model used for decoding the latent.")],
            Outputs = [new("IMAGE")],
            RunAsync = context => Task.FromResult(NodeResult.Of(Decode(context.Get<LatentValue>("samples")))),
        };
        yield return new NodeDefinition
        {
            ClassType = "VAEEncode",
            DisplayName = "VAE Encode",
            Category = "latent",
            Inputs = [InputSpec.Link("pixels", "IMAGE"), InputSpec.Link("vae", "VAE")],
            Outputs = [new("LATENT")],
            RunAsync = context => Task.FromResult(NodeResult.Of(Encode(context.Get<ImageValue>("pixels"), mask: null))),
        };
        yield return new NodeDefinition
        {
            ClassType = "VAEEncodeForInpaint",
            DisplayName = "VAE Encode (for Inpainting)",
            Category = "latent/inpaint",
            Inputs =
            [
                InputSpec.Link("pixels", "IMAGE"), InputSpec.Link("vae", "VAE"), InputSpec.Link("mask", "MASK"),
                InputSpec.Int("grow_mask_by", 6, 0, 64, c => c["step"] = 1),
            ],
            Outputs = [new("LATENT")],
            RunAsync = context => Task.FromResult(NodeResult.Of(Encode(context.Get<ImageValue>("pixels"), context.Get<MaskValue>("mask")))),
        };
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

    private static ImageValue Decode(LatentValue latent) =>
        new([.. latent.Pictures.Select(p => LatentDecoder.Decode(p, latent.Width, latent.Height, latent.NoiseMask))]);

    private static LatentValue Encode(ImageValue image, MaskValue? mask) => new(
        Math.Max(8, image.Width / 8 * 8),
        Math.Max(8, image.Height / 8 * 8),
        [.. image.Images.Select(i => new LatentPicture(Scene: null, i, Denoise: 1))],
        mask);

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
