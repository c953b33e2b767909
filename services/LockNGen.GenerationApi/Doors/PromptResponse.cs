using System.Text.Json;
using LockNGen.GenerationApi.History;

namespace LockNGen.GenerationApi.Doors;

/// <summary>A generation submitted through a door, as doors need it.</summary>
public sealed record PromptResponse
{
    /// <summary>Rises in the order of acceptance.</summary>
    public required long Number { get; init; }

    /// <summary>Which door.</summary>
    public required string Door { get; init; }

    /// <summary>The client whose sockets get its events.</summary>
    public string? ClientId { get; init; }

    /// <summary>The generation.</summary>
    public required GenerationResponse Generation { get; init; }

    /// <summary>When it, or its files, may be erased.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Addresses of its files, in order, that work without a token; only on request.</summary>
    public IReadOnlyList<SignedLink>? Links { get; init; }

    /// <summary>The workflow as submitted; only on request.</summary>
    public JsonElement? Workflow { get; init; }

    /// <summary>What was sent for ComfyUI's <c>extra_data</c>; only on request.</summary>
    public JsonElement? ExtraData { get; init; }
}

/// <summary>Some of the caller's prompts.</summary>
/// <param name="Items">The prompts.</param>
/// <param name="Total">How many there are, of this kind.</param>
public sealed record PromptList(IReadOnlyList<PromptResponse> Items, int Total);

/// <summary>Prompts to hide from the lists from now on.</summary>
public sealed record HidePrompts
{
    /// <summary>Of those that have ended: these.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Of those that have ended: all.</summary>
    public bool All { get; init; }
}
