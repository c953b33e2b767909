using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>KSampler and KSamplerAdvanced: steps, previews, and finally a scene in each latent.</summary>
internal static class SamplingNodes
{
    private static readonly string[] Samplers =
    [
        "euler", "euler_cfg_pp", "euler_ancestral", "euler_ancestral_cfg_pp", "heun", "heunpp2", "dpm_2", "dpm_2_ancestral", "lms", "dpm_fast",
        "dpm_adaptive", "dpmpp_2s_ancestral", "dpmpp_2s_ancestral_cfg_pp", "dpmpp_sde", "dpmpp_sde_gpu", "dpmpp_2m", "dpmpp_2m_cfg_pp",
        "dpmpp_2m_sde", "dpmpp_2m_sde_gpu", "dpmpp_2m_sde_heun", "dpmpp_2m_sde_heun_gpu", "dpmpp_3m_sde", "dpmpp_3m_sde_gpu", "ddpm", "lcm",
        "ipndm", "ipndm_v", "deis", "res_multistep", "res_multistep_cfg_pp", "res_multistep_ancestral", "res_multistep_ancestral_cfg_pp",
        "gradient_estimation", "gradient_estimation_cfg_pp", "er_sde", "seeds_2", "seeds_3", "sa_solver", "sa_solver_pece", "ddim", "uni_pc",
        "uni_pc_bh2",
    ];

    private static readonly string[] Schedulers =
        ["simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal", "linear_quadratic", "kl_optimal"];

    private static readonly InputSpec Model = InputSpec.Link("model", "MODEL", "The model used for denoising the input latent.");
    private static readonly InputSpec Steps = InputSpec.Int("steps", 20, 1, 10_000, c => c["tooltip"] = "The number of steps used in the denoising process.");
    private static readonly InputSpec Cfg = InputSpec.Float("cfg", 8, 0, 100, c =>
    {
        c["step"] = 0.1;
        c["round"] = 0.01;
        c["tooltip"] = "The Classifier-Free Guidance scale balances creativity and adherence to the prompt. Higher values result in images more closely matching the prompt however too high values will negatively impact quality.";
    });

    private static readonly InputSpec SamplerName = InputSpec.Choice(
        "sampler_name", Samplers, "The algorithm used when sampling, this can affect the quality, speed, and style of the generated output.");

    private static readonly InputSpec Scheduler = InputSpec.Choice(
        "scheduler", Schedulers, "The scheduler controls how noise is gradually removed to form the image.");

    private static readonly InputSpec Positive = InputSpec.Link(
        "positive", "CONDITIONING", "The conditioning describing the attributes you want to include in the image.");

    private static readonly InputSpec Negative = InputSpec.Link(
        "negative", "CONDITIONING", "The conditioning describing the attributes you want to exclude from the image.");

    private static readonly InputSpec LatentImage = InputSpec.Link("latent_image", "LATENT", "The latent image to denoise.");

    public static IEnumerable<NodeDefinition> Create()
    {
        yield return new NodeDefinition
        {
            ClassType = "KSampler",
            Category = "sampling",
            Description = "Uses the provided model, positive and negative conditioning to denoise the latent image.",
            Inputs =
            [
                Model, InputSpec.Seed("seed", "The random seed used for creating the noise."), Steps, Cfg, SamplerName, Scheduler, Positive, Negative, LatentImage,
                InputSpec.Float("denoise", 1, 0, 1, c =>
                {
                    c["step"] = 0.01;
                    c["tooltip"] = "The amount of denoising applied, lower values will maintain the structure of the initial image allowing for image to image sampling.";
                }),
            ],
            Outputs = [new("LATENT")],
            RunAsync = context =>
            {
                var denoise = context.Double("denoise");
                return SampleAsync(context, context.Seed("seed"), denoise > 0 ? context.Int("steps") : 0, (float)denoise);
            },
        };
        yield return new NodeDefinition
        {
            ClassType = "KSamplerAdvanced",
            DisplayName = "KSampler (Advanced)",
            Category = "sampling",
            Inputs =
            [
                Model, InputSpec.Choice("add_noise", ["enable", "disable"]), InputSpec.Seed("noise_seed", ""), Steps, Cfg, SamplerName, Scheduler,
                Positive, Negative, LatentImage, InputSpec.Int("start_at_step", 0, 0, 10_000), InputSpec.Int("end_at_step", 10_000, 0, 10_000),
                InputSpec.Choice("return_with_leftover_noise", ["disable", "enable"]),
            ],
            Outputs = [new("LATENT")],
            RunAsync = context =>
            {
                var steps = context.Int("steps");
                var start = Math.Min(context.Int("start_at_step"), steps);
                var count = Math.Max(0, Math.Min(context.Int("end_at_step"), steps) - start);
                return SampleAsync(context, context.Seed("noise_seed"), count, (float)(steps - start) / steps);
            },
        };
    }

    /// <summary>A sampler that gets its noise, guider and steps from other nodes: all its outputs are the sampled latent.</summary>
    public static async Task<NodeResult> SampleAsync(NodeContext context, int outputs)
    {
        var given = context.Inputs.Values;
        var guider = given.OfType<GuiderValue>().FirstOrDefault();
        var model = guider?.Model ?? given.OfType<ModelValue>().FirstOrDefault() ?? new ModelValue("", context.Environment.Options.StepMilliseconds);
        var positive = guider?.Positive ?? context.Find<ConditioningValue>("positive") ?? new ConditioningValue("");
        var seed = given.OfType<NoiseValue>().FirstOrDefault()?.Seed ?? (context.Inputs.ContainsKey("noise_seed") ? context.Seed("noise_seed") : 0);
        var sigmas = given.OfType<SigmasValue>().FirstOrDefault() ?? new SigmasValue(1, 1);
        var latent = await SampleAsync(context, model, positive, seed, sigmas.Steps, sigmas.Denoise);
        return new NodeResult([.. Enumerable.Repeat(latent, outputs)]);
    }

    private static async Task<NodeResult> SampleAsync(NodeContext context, long seed, int steps, float denoise) =>
        NodeResult.Of(await SampleAsync(context, context.Get<ModelValue>("model"), context.Get<ConditioningValue>("positive"), seed, steps, denoise));

    private static async Task<LatentValue> SampleAsync(NodeContext context, ModelValue model, ConditioningValue positive, long seed, int steps, float denoise)
    {
        var latent = context.Get<LatentValue>("latent_image");
        if ((long)latent.Width * latent.Height * latent.Pictures.Count > context.Environment.Options.MaxBatchMegapixels * 1_000_000L)
            throw PythonException.OutOfMemory();
        if (steps == 0)
            return latent;

        var pictures = latent.Pictures.Select((p, i) => Denoise(p, positive.Text, unchecked(seed + i), denoise)).ToArray();
        var preview = context.HasPreviews ? new LatentPreview(latent, pictures[0], context.Environment.Options.PreviewSize, seed) : null;
        var progress = context.StartProgress(steps);
        for (var step = 1; step <= steps; step++)
        {
            await context.WorkAsync(model.StepMilliseconds);
            await context.ReportAsync(progress, step, preview?.At((float)step / steps));
        }

        return latent with { Pictures = pictures };
    }

    /// <summary>A second, weaker pass refines the picture instead of inventing another.</summary>
    private static LatentPicture Denoise(LatentPicture picture, string prompt, long seed, float denoise) =>
        denoise < 1 && picture.Scene is not null ? picture : picture with { Scene = Scene.Describe(prompt, seed), Denoise = denoise };
}
