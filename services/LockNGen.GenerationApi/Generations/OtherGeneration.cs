using LockNGen.Contracts;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Generations;

/// <summary>A prompt that was submitted directly to a watched ComfyUI. It has no owner here, so only callers who may see everything see it.</summary>
internal sealed record OtherGeneration
{
    /// <summary>The only attempt: a prompt that was not submitted here is not retried here.</summary>
    public const int Attempt = 1;

    public Guid Id { get; init; }
    public required string Instance { get; init; }
    public required string PromptId { get; init; }
    public GenerationStatus Status { get; init; }
    public int ImageCount { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset ReportedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? Outcome { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public GenerationEvent? Ending => Outcome is { } json ? StoredEvent.Of(json) : null;

    public static Task<OtherGeneration?> FindAsync(DatabaseSession session, Guid id) =>
        session.FirstOrDefaultAsync<OtherGeneration>("SELECT * FROM other_generations WHERE id = @id", new { id });

    /// <summary>Counts a file stored before it has ended; null after that, and for an unknown id.</summary>
    public static Task<int?> CountImageAsync(DatabaseSession session, Guid id) => session.ScalarAsync<int?>(
        "UPDATE other_generations SET image_count = image_count + 1 WHERE id = @id AND ended_at IS NULL RETURNING image_count", new { id });
}
