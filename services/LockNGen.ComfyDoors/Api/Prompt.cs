using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Api;

/// <summary>A generation submitted through a door, as the GenerationApi returns it.</summary>
internal sealed record Prompt
{
    public required long Number { get; init; }
    public required string Door { get; init; }
    public string? ClientId { get; init; }
    public required Generation Generation { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public IReadOnlyList<SignedLink>? Links { get; init; }
    public JsonElement? Workflow { get; init; }
    public JsonElement? ExtraData { get; init; }

    public Guid Id => Generation.Id;
}

/// <summary>A page of prompts.</summary>
internal sealed record PromptList(IReadOnlyList<Prompt> Items, int Total);

/// <summary>What doors need to know about a generation.</summary>
internal sealed record Generation
{
    public required Guid Id { get; init; }
    public required GenerationStatus Status { get; init; }
    public int? Position { get; init; }
    public int OverallProgress { get; init; }
    public IReadOnlyList<GenerationImage> Images { get; init => field = value ?? []; } = [];
    public GenerationError? Error { get; init; }
    public IReadOnlyList<GenerationWarning> Warnings { get; init => field = value ?? []; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }
    public JsonElement? Metadata { get; init; }

    public bool HasEnded => Status.IsTerminal();
    public bool IsRunning => Status == GenerationStatus.Running;
}

/// <summary>The answer of POST /api/generations.</summary>
internal sealed record Submitted
{
    public required Guid Id { get; init; }
    public IReadOnlyList<ApiError> LeftOut { get; init => field = value ?? []; } = [];
}

/// <summary>Problem details of the GenerationApi.</summary>
internal sealed record ApiProblem
{
    public string? Code { get; init; }
    public string? Detail { get; init; }
    public IReadOnlyList<ApiError> Errors { get; init => field = value ?? []; } = [];
}

/// <summary>One thing that is wrong with a request.</summary>
internal sealed record ApiError
{
    public string? Field { get; init; }
    public string? NodeId { get; init; }
    public string? NodeType { get; init; }
    public string? Input { get; init; }
    public string Code { get; init; } = "";
    public string Message { get; init; } = "";
}

/// <summary>The answer of POST /api/uploads.</summary>
internal sealed record Uploaded
{
    public required string Name { get; init; }
    public required string ContentType { get; init; }
    public long Bytes { get; init; }
    public string? Hash { get; init; }
}

/// <summary>A file under the name given by its owner.</summary>
internal sealed record NamedFile
{
    public required string Folder { get; init; }
    public required string Subfolder { get; init; }
    public required string Name { get; init; }
    public required string Upload { get; init; }
}

/// <summary>The ComfyUI instances.</summary>
internal sealed record InstanceList(IReadOnlyList<Instance> Instances);

/// <summary>A ComfyUI instance.</summary>
internal sealed record Instance
{
    public required string Name { get; init; }
    public required string State { get; init; }
    public string? Version { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>The models of all instances.</summary>
internal sealed record ModelList(IReadOnlyList<Model> Models);

/// <summary>A model.</summary>
internal sealed record Model(string Name, string Folder);

/// <summary>An address that is valid without a token, below /api/doors/content/.</summary>
internal sealed record SignedLink(string Path, DateTimeOffset ExpiresAt);

/// <summary>A record about an upload.</summary>
internal sealed record Asset
{
    public required Guid Id { get; init; }
    public required string Hash { get; init; }
    public required string Upload { get; init; }
    public long Size { get; init; }
    public required string ContentType { get; init; }
    public string? FilePath { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public required SignedLink Link { get; init; }
    public bool? CreatedNew { get; init; }
}

/// <summary>An asset to create.</summary>
internal sealed record NewAsset
{
    public required string Hash { get; init; }
    public string? Upload { get; init; }
    public long Size { get; init; }
    public string? ContentType { get; init; }
    public string? FilePath { get; init; }
    public int? ExpiresIn { get; init; }
    public string? IdempotencyKey { get; init; }
}

/// <summary>The templates.</summary>
internal sealed record TemplateList(IReadOnlyList<Template> Templates);

/// <summary>A template.</summary>
internal sealed record Template(string Name, string? Description, IReadOnlyList<TemplateParameter> Parameters);

/// <summary>A parameter of a template.</summary>
internal sealed record TemplateParameter
{
    public required string Name { get; init; }
    public string? Type { get; init; }
    public bool Required { get; init; }
    public JsonElement? Default { get; init; }
    public decimal? Min { get; init; }
    public decimal? Max { get; init; }
    public decimal? Step { get; init; }
    public IReadOnlyList<string>? Choices { get; init; }
}
