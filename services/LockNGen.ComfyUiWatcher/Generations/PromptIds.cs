using System.Buffers.Binary;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Prompt ids that another watcher can derive: the version 5 UUID of generation, image and submission. Submissions of an attempt start at
/// attempt x 1000, so no id is ever used twice; ComfyUI does not check.
/// </summary>
internal static class PromptIds
{
    /// <summary>How often one attempt may submit one image; more than once only when an answer was lost.</summary>
    public const int SubmissionsPerAttempt = 3;

    /// <summary>The first submission number for rendering again what is gone from the cache.</summary>
    public const int Renewal = 500;

    private const int AttemptFactor = 1000;

    public static string Of(Guid generationId, int imageIndex, int attempt, int submission)
    {
        Span<byte> name = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(name, imageIndex);
        BinaryPrimitives.WriteInt32BigEndian(name[sizeof(int)..], (attempt * AttemptFactor) + submission);
        // ComfyUI requires the canonical lower-case form.
        return MessageIds.Version5(generationId, name).ToString("d");
    }
}
