using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Generations;

/// <summary>A generation's row; see the migrations for what each column means.</summary>
internal sealed record GenerationRow
{
    /// <summary>The columns to read: those of this record, and no others.</summary>
    public static readonly string Columns = string.Join(
        ", ", typeof(GenerationRow).GetProperties().Where(p => p.CanWrite).Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)));

    public long Number { get; init; }
    public Guid Id { get; init; }
    public string? Owner { get; init; }
    public required string Client { get; init; }
    public GenerationStatus Status { get; init; }
    public int Priority { get; init; }
    public DateTimeOffset? PromotedAt { get; init; }
    public string? Template { get; init; }
    public int? TemplateVersion { get; init; }
    public string? PromptText { get; init; }
    public string? Model { get; init; }
    public bool NeedsCatalog { get; init; }
    public ulong? Seed { get; init; }
    public int Count { get; init; }
    public required string Shape { get; init; }
    public double Units { get; init; }
    public double EstimatedSeconds { get; init; }
    public double EstimatedWaitSeconds { get; init; }
    public int TimeoutSeconds { get; init; }
    public int QueueTimeoutSeconds { get; init; }
    public bool HasOwnTimeout { get; init; }
    public int Attempt { get; init; }

    /// <summary>The number of claims, which people call attempts.</summary>
    public int Tries { get; init; }
    public bool Begun { get; init; }
    public int? WaitsBehind { get; init; }
    public double RenderSeconds { get; init; }
    public double RenderedSeconds { get; init; }
    public long EventNumber { get; init; }
    public long? ClaimedAfter { get; init; }
    public int Retries { get; init; }
    public Guid? ClaimId { get; init; }
    public string? Instance { get; init; }
    public string? Watcher { get; init; }
    public string? LostOn { get; init; }

    /// <summary>Renders during which ComfyUI's worker died.</summary>
    public int Deaths { get; init; }
    public int OverallProgress { get; init; }
    public int ImageCount { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DispatchedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? AttemptStartedAt { get; init; }
    public DateTimeOffset? HeldAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }
    public DateTimeOffset? CancelSentAt { get; init; }
    public string? CancelReason { get; init; }
    public string? CancelError { get; init; }
    public string? Outcome { get; init; }
    public int? OutcomeAttempt { get; init; }
    public string? Error { get; init; }
    public string? TraceParent { get; init; }

    public bool HasEnded => EndedAt is not null;

    /// <summary>Seconds from start to end; for a completed one, as measured by the watcher and reported in the event.</summary>
    public double? DurationSeconds => Status == GenerationStatus.Completed && Outcome is { } outcome
        ? JsonElement.Parse(outcome).GetProperty("data").GetProperty("durationSeconds").GetDouble()
        : EndedAt - StartedAt is { } duration ? Math.Round(duration.TotalSeconds, 3) : null;

    /// <summary>As clients see it: a generation that its watcher holds but ComfyUI has not started is not running yet.</summary>
    public GenerationStatus VisibleStatus => Status == GenerationStatus.Running && !Begun ? GenerationStatus.Dispatched : Status;
}
