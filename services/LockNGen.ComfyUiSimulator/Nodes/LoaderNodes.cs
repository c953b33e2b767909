namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Checkpoints, LoRAs and VAEs: names, since there are no weights.</summary>
internal static class LoaderNodes
{
    public static IEnumerable<NodeDefinition> Create(SimulatorOptions options, ModelFolders models)
    {
        yield return new NodeDefinition
        {
            ClassType = "CheckpointLoaderSimple",
            DisplayName = "Load Checkpoint",
            Category = "loaders",
            Description = "Loads a diffusion model checkpoint, diffusion models are used to denoise latents.",
            Inputs = [InputSpec.Choice("ckpt_name", () => models.Files("checkpoints")!, "The name of the checkpoint (model) to load.")],
            Outputs = [new("MODEL"), new("CLIP"), new("VAE")],
            RunAsync = context =>
            {
                var name = context.Text("ckpt_name");
                return Task.FromResult(NodeResult.Of(new ModelValue(name, options.StepMilliseconds), new ClipValue(name), new VaeValue(name)));
            },
        };
        yield return new NodeDefinition
        {
            ClassType = "LoraLoader",
            DisplayName = "Load LoRA",
            Category = "loaders",
            Description = "LoRAs are used to modify diffusion and CLIP models, altering the way in which latents are denoised such as applying styles. Multiple LoRA nodes can be linked together.",
            Inputs =
            [
                InputSpec.Link("model", "MODEL", "The diffusion model the LoRA will be applied to."),
                InputSpec.Link("clip", "CLIP", "The CLIP model the LoRA will be applied to."),
                InputSpec.Choice("lora_name", () => models.Files("loras")!, "The name of the LoRA."),
                InputSpec.Float("strength_model", 1, -100, 100),
                InputSpec.Float("strength_clip", 1, -100, 100),
            ],
            Outputs = [new("MODEL"), new("CLIP")],
            RunAsync = context => Task.FromResult(NodeResult.Of(context.Get<ModelValue>("model"), context.Get<ClipValue>("clip"))),
        };
        yield return new NodeDefinition
        {
            ClassType = "VAELoader",
            DisplayName = "Load VAE",
            Category = "loaders",
            Inputs = [InputSpec.Choice("vae_name", () => models.Files("vae")!)],
            Outputs = [new("VAE")],
            RunAsync = context => Task.FromResult(NodeResult.Of(new VaeValue(context.Text("vae_name")))),
        };
    }
}
