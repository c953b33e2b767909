namespace LockNGen.Workflows.Proposals;

/// <summary>What a field is for, in the order of a form.</summary>
internal enum ParameterRole
{
    Prompt,
    NegativePrompt,
    Text,
    Image,
    Mask,
    Video,
    Audio,
    File,
    Width,
    Height,
    Frames,
    Seconds,
    FrameRate,
    BatchSize,
    Denoise,
    Strength,
    Steps,
    Guidance,
    Sampler,
    Scheduler,
    Seed,
    Model,
    Lora,
    LoraStrength,
    Helper,
    Other,
}
