using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>The two events that a watcher can make of a prompt that somebody else submitted, under fixed numbers: told twice, they are one.</summary>
internal static class OtherPromptEvents
{
    private const int Attempt = 1;

    /// <summary>The id under which such a prompt is known: its own if it is a UUID.</summary>
    public static Guid GenerationIdOf(string instance, string promptId) => Guid.TryParse(promptId, out var id)
        ? id
        : MessageIds.Version5(MessageIds.Version5(Guid.Empty, Encoding.UTF8.GetBytes(instance)), Encoding.UTF8.GetBytes(promptId));

    public static GenerationStarted Started(string instance, string promptId, DateTimeOffset now) => new()
    {
        GenerationId = GenerationIdOf(instance, promptId),
        Sequence = GenerationSequence.Of(Attempt, 1),
        Timestamp = now,
        Data = new GenerationStartedData { Instance = instance, Attempt = Attempt, TotalImages = 1 },
    };

    public static GenerationEvent Outcome(string instance, string promptId, HistoryEntry entry, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var id = GenerationIdOf(instance, promptId);
        var sequence = GenerationSequence.Of(Attempt, 2);
        if (entry.Succeeded)
        {
            return new GenerationCompleted
            {
                GenerationId = id,
                Sequence = sequence,
                Timestamp = now,
                Data = new GenerationCompletedData { Images = [], DurationSeconds = Math.Round((now - startedAt).TotalSeconds, 3) },
            };
        }

        return entry.Interrupted
            ? new GenerationCancelled { GenerationId = id, Sequence = sequence, Timestamp = now, Data = new GenerationCancelledData { Reason = "comfyui" } }
            : new GenerationFailed
            {
                GenerationId = id,
                Sequence = sequence,
                Timestamp = now,
                Data = new GenerationFailedData { Error = GenerationErrors.Of(entry.Exception, graph: null), Images = [] },
            };
    }
}
