using System.Globalization;
using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>A loaded model, and how long a sampler step takes with it.</summary>
internal sealed record ModelValue(string Name, int StepMilliseconds);

internal sealed record ClipValue(string Name);

internal sealed record VaeValue(string Name);

/// <summary>An encoded text; combined ones are joined.</summary>
internal sealed record ConditioningValue(string Text);

internal sealed record NoiseValue(long Seed);

/// <summary>The guider of a sampler composed of parts.</summary>
internal sealed record GuiderValue(ModelValue Model, ConditioningValue Positive);

/// <summary>How many steps a sampler makes, and how strongly.</summary>
internal sealed record SigmasValue(int Steps, float Denoise);

/// <summary>Latents, with their size in pixels, and the mask outside of which sampling changes nothing.</summary>
internal sealed record LatentValue(int Width, int Height, IReadOnlyList<LatentPicture> Pictures, MaskValue? NoiseMask = null)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{{'samples': tensor of shape [{Pictures.Count}, 4, {Height / 8}, {Width / 8}]}}");
}

/// <summary>One latent: what was sampled into it, from what, and how strongly.</summary>
internal sealed record LatentPicture(Scene? Scene, Bitmap? Source, float Denoise);

internal sealed record ImageValue(IReadOnlyList<Bitmap> Images)
{
    public int Width => Images[0].Width;

    public int Height => Images[0].Height;

    /// <summary>The beginning of a tensor dump, as it appears in error messages.</summary>
    public override string ToString()
    {
        var c = Images[0].Get(0, 0);
        var pixel = string.Create(CultureInfo.InvariantCulture, $"[{c.R:0.0000}, {c.G:0.0000}, {c.B:0.0000}]");
        return $"tensor([[[{pixel},\n          {pixel},\n          {pixel},\n          ...]]])";
    }
}

/// <summary>1 where the mask applies.</summary>
internal sealed record MaskValue(int Width, int Height, float[] Values)
{
    public float At(float u, float v) =>
        Values[(Math.Clamp((int)(v * Height), 0, Height - 1) * Width) + Math.Clamp((int)(u * Width), 0, Width - 1)];
}

/// <summary>Mono samples from -1 to 1.</summary>
internal sealed record AudioValue(float[] Samples, int SampleRate);
