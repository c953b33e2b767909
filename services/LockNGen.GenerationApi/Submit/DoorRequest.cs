namespace LockNGen.GenerationApi.Submit;

/// <summary>What a door records about a generation that it submits, to find it again.</summary>
public sealed record DoorRequest
{
    /// <summary>Which door: <c>comfyui</c>, <c>comfy-v2</c> or <c>openai</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>ComfyUI's client id, whose sockets get its events.</summary>
    public string? ClientId { get; init; }
}
