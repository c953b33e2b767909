using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.Storage;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.History;

/// <summary>What is reported about a prompt that was submitted directly to a watched ComfyUI.</summary>
internal static class OtherPromptResponses
{
    /// <summary>Null if it does not exist or the caller may not see it.</summary>
    public static async Task<GenerationResponse?> FindAsync(DatabaseSession session, Guid id, Caller caller) =>
        caller.MaySee(owner: null) && await OtherGeneration.FindAsync(session, id) is { } row ? Of(row) : null;

    private static GenerationResponse Of(OtherGeneration row)
    {
        var outcome = row.Ending;
        return new GenerationResponse
        {
            Id = row.Id,
            Status = row.Status.WireName(),
            OverallProgress = outcome is GenerationCompleted ? 100 : 0,
            Images = StoredEvent.Images(outcome),
            Error = (outcome as GenerationFailed)?.Data.Error,
            Warnings = StoredEvent.Warnings(outcome),
            Reason = (outcome as GenerationCancelled)?.Data.Reason,
            Count = 1,
            Priority = "normal",
            Instance = row.Instance,
            Attempts = OtherGeneration.Attempt,
            Retries = 0,
            CreatedAt = row.StartedAt,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt,
            DurationSeconds = row.EndedAt is { } endedAt ? Math.Round((endedAt - row.StartedAt).TotalSeconds, 3) : null,
        };
    }
}
