using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Submit;

/// <summary>A submission that passed every check and can be queued.</summary>
internal sealed record Submission
{
    public required Guid Id { get; init; }

    /// <summary>Whether the client chose the id, which may therefore be taken.</summary>
    public required bool HasOwnId { get; init; }

    /// <summary>The request to submit it again, without its owner's secrets (webhook, partner key) and what is stored separately.</summary>
    public required string Request { get; init; }
    public DoorRequest? Door { get; init; }
    public string? WebhookUrl { get; init; }
    public string? WebhookSecret { get; init; }
    public string? Template { get; init; }
    public int? TemplateVersion { get; init; }
    public JsonObject? Parameters { get; init; }
    public required JsonObject Workflow { get; init; }
    public required RenderPlan Plan { get; init; }

    /// <summary>The plan as JSON.</summary>
    public required string StoredPlan { get; init; }

    /// <summary>Why outputs are left out; reported to the submitter, and not kept.</summary>
    public IReadOnlyList<ProblemError> LeftOutErrors { get; init; } = [];

    /// <summary>Roughly what it takes up in the database: the workflow is stored both in the request and on its own.</summary>
    public long StoredBytes => (2L * Request.Length) + StoredPlan.Length + (ExtraData?.Length ?? 0) + (Metadata?.Length ?? 0);
    public required int Count { get; init; }
    public required int Priority { get; init; }
    public required string Shape { get; init; }
    public required double Units { get; init; }
    public string? PromptText { get; init; }
    public string? Model { get; init; }
    public string? Metadata { get; init; }

    /// <summary>What goes into ComfyUI's <c>extra_data</c>.</summary>
    public string? ExtraData { get; init; }

    /// <summary>The partner key, encrypted.</summary>
    public string? Secrets { get; init; }
    public LabelRequirements? Labels { get; init; }
    public required int TimeoutSeconds { get; init; }

    /// <summary>Whether the request asks for it; otherwise it is the limit of silence.</summary>
    public required bool HasOwnTimeout { get; init; }
    public required int QueueTimeoutSeconds { get; init; }

    /// <summary>The seed of the first image.</summary>
    public ulong? Seed => Plan.Seeds is [var first, ..] ? first.Value : null;
}
