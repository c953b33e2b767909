using LockNGen.Contracts;

namespace LockNGen.RealtimeGateway.Tests;

/// <summary>Events as their publishers make them.</summary>
internal static class SomeEvents
{
    private static readonly DateTimeOffset At = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);

    /// <summary>The sequence of event n of the first attempt.</summary>
    public static long First(long n) => GenerationSequence.Of(1, n);

    /// <summary>That its attempt has begun, which is the newest state event before most others.</summary>
    private static long BeginOf(long sequence) => GenerationSequence.Of(GenerationSequence.Attempt(sequence), 1);

    public static GenerationQueued Queued(Guid id, long sequence = 1, int position = 0) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        StateSequence = GenerationSequence.Number(sequence) > 1 ? sequence - 1 : null,
        Timestamp = At,
        Data = new GenerationQueuedData { Position = position, EstimatedWaitSeconds = 1 },
    };

    /// <summary>The first attempt follows the first event of the queue, a later one what nobody knows.</summary>
    public static GenerationStarted Started(Guid id, long? sequence = null, long? state = null) => new()
    {
        GenerationId = id,
        Sequence = sequence ?? First(1),
        StateSequence = state ?? (sequence is null ? 1 : null),
        Timestamp = At,
        Data = new GenerationStartedData { Instance = "gpu-1", Attempt = GenerationSequence.Attempt(sequence ?? First(1)), TotalImages = 1 },
    };

    /// <summary>Without a word of what came before, as whoever ends an attempt that it did not begin.</summary>
    public static GenerationCancelled Cancelled(Guid id, long sequence) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        Timestamp = At,
        Data = new GenerationCancelledData { Reason = "user" },
    };

    public static GenerationNodeExecuting Node(Guid id, long sequence, string node = "KSampler", long? state = null) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        StateSequence = state ?? BeginOf(sequence),
        Timestamp = At,
        Data = new GenerationNodeExecutingData { CurrentNode = node, NodeId = "5", ImageIndex = 1, TotalImages = 1 },
    };

    public static GenerationProgressed Progress(Guid id, long sequence, int step = 1, string? previewUrl = null, long? state = null) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        StateSequence = state ?? BeginOf(sequence),
        Timestamp = At,
        Data = new GenerationProgressedData
        {
            Progress = step % 100,
            OverallProgress = step % 100,
            CurrentNode = "KSampler",
            NodeId = "5",
            Step = step,
            TotalSteps = 100,
            ImageIndex = 1,
            TotalImages = 1,
            PreviewUrl = previewUrl,
        },
    };

    public static GenerationPreviewed Preview(Guid id, long sequence) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        StateSequence = BeginOf(sequence),
        Timestamp = At,
        Data = new GenerationPreviewedData { PreviewUrl = $"/api/generations/{id}/preview?s={sequence}", ImageIndex = 1 },
    };

    public static GenerationImageCompleted Image(Guid id, long sequence, int index = 1, long? state = null) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        StateSequence = state ?? BeginOf(sequence),
        Timestamp = At,
        Data = new GenerationImageCompletedData { Image = File(id, index), ImageIndex = index, TotalImages = 1 },
    };

    public static GenerationCompleted Completed(Guid id, long sequence, long? state = null) => new()
    {
        GenerationId = id,
        Sequence = sequence,
        StateSequence = state ?? BeginOf(sequence),
        Timestamp = At,
        Data = new GenerationCompletedData { Images = [File(id, 1)], DurationSeconds = 2 },
    };

    /// <summary>A whole life: queued, started, so many steps of progress, an image, completed.</summary>
    public static IEnumerable<GenerationEvent> Life(Guid id, int steps = 3)
    {
        yield return Queued(id);
        yield return Started(id);
        for (var step = 1; step <= steps; step++)
            yield return Progress(id, First(1 + step), step);
        yield return Image(id, First(steps + 2));
        yield return Completed(id, First(steps + 3), state: First(steps + 2));
    }

    private static GenerationImage File(Guid id, int index) => new()
    {
        Index = index,
        Url = $"/api/generations/{id}/images/{index}",
        ContentType = "image/png",
        Width = 64,
        Height = 64,
    };
}
