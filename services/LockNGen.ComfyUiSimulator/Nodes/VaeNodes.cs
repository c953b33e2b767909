namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Conversion between pixels and latents.</summary>
internal static class VaeNodes
{
    public static IEnumerable<NodeDefinition> Create()
    {
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
    }

    private static ImageValue Decode(LatentValue latent) =>
        new([.. latent.Pictures.Select(p => LatentDecoder.Decode(p, latent.Width, latent.Height, latent.NoiseMask))]);

    private static LatentValue Encode(ImageValue image, MaskValue? mask) => new(
        Math.Max(8, image.Width / 8 * 8),
        Math.Max(8, image.Height / 8 * 8),
        [.. image.Images.Select(i => new LatentPicture(Scene: null, i, Denoise: 1))],
        mask);
}
