using LockNGen.Contracts;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>Events of a generation, as they come from watcher and API.</summary>
internal static class Events
{
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 15, 7, 0, 123, TimeSpan.Zero);

    public static GenerationQueued Queued(Guid id, long number = 1) =>
        new() { GenerationId = id, Sequence = GenerationSequence.Of(0, number), Timestamp = Time, Data = new() { Position = 0, EstimatedWaitSeconds = 1 } };

    public static GenerationStarted Started(Guid id, long number = 1) =>
        new() { GenerationId = id, Sequence = GenerationSequence.Of(1, number), Timestamp = Time, Data = new() { Instance = "gpu-1", Attempt = 1, TotalImages = 1 } };

    public static GenerationCompleted Completed(Guid id, long number = 2) =>
        new() { GenerationId = id, Sequence = GenerationSequence.Of(1, number), Timestamp = Time, Data = new() { Images = [], DurationSeconds = 1.5 } };
}
