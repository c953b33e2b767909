using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.GenerationApi.History;

/// <summary>A generation as clients see it.</summary>
public sealed record GenerationResponse
{
    public required Guid Id { get; init; }

    /// <summary>queued, dispatched, running, completed, failed or cancelled.</summary>
    public required string Status { get; init; }

    /// <summary>While it waits: how many are ahead of it.</summary>
    public int? Position { get; init; }
    public double? EstimatedWaitSeconds { get; init; }
    public required int OverallProgress { get; init; }
    public required IReadOnlyList<GenerationImage> Images { get; init; }
    public GenerationError? Error { get; init; }

    /// <summary>Warnings: not failures, but worth knowing.</summary>
    public IReadOnlyList<GenerationWarning> Warnings { get; init; } = [];

    /// <summary>Why it was cancelled.</summary>
    public string? Reason { get; init; }
    public string? Template { get; init; }

    /// <summary>The template's version; absent for templates from files.</summary>
    public int? TemplateVersion { get; init; }

    /// <summary>The template's parameters with defaults filled in.</summary>
    public JsonElement? Parameters { get; init; }
    public JsonElement? Metadata { get; init; }
    /// <summary>The seed of the first image, 0 to 2^64-1, exact as a JSON number; JavaScript reads <see cref="SeedText"/>.</summary>
    public ulong? Seed { get; init; }

    /// <summary><see cref="Seed"/> in decimal digits.</summary>
    public string? SeedText { get; init; }
    public string? Model { get; init; }
    public required int Count { get; init; }
    public required string Priority { get; init; }
    public string? Instance { get; init; }

    /// <summary>While it waits in its instance's own queue: how many prompts are ahead of it there, including others'.</summary>
    public int? WaitsBehind { get; init; }

    /// <summary>The number of attempts: 1 if all goes well.</summary>
    public required int Attempts { get; init; }

    /// <summary>Renders that were lost and retried.</summary>
    public required int Retries { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>When each image was stored (one by id only).</summary>
    public IReadOnlyList<ImageTiming>? ImageTimings { get; init; }
    public string? Owner { get; init; }
}

/// <summary>When an image was stored.</summary>
/// <param name="Index">Of the image.</param>
/// <param name="StoredAt">When its bytes were stored.</param>
/// <param name="Seconds">Since the generation started.</param>
public sealed record ImageTiming(int Index, DateTimeOffset StoredAt, double Seconds);

/// <summary>A page of the history, newest first.</summary>
/// <param name="Items">The generations.</param>
/// <param name="NextCursor">For the next page; absent on the last.</param>
public sealed record GenerationList(IReadOnlyList<GenerationResponse> Items, string? NextCursor);
