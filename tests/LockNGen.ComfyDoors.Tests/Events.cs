using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Tests;

/// <summary>The events of one generation, numbered as they come.</summary>
internal sealed class Events(Guid id)
{
    public static readonly DateTimeOffset Start = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);
    private long _sequence = 1_000_000_000;

    public GenerationStarted Started() => new()
    {
        GenerationId = id,
        Sequence = ++_sequence,
        Timestamp = Start,
        Data = new GenerationStartedData { Instance = "gpu-1", Attempt = 1, TotalImages = 1 },
    };

    public GenerationNodeExecuting Node(string node, params string[] cached) => new()
    {
        GenerationId = id,
        Sequence = ++_sequence,
        Timestamp = Start,
        Data = new GenerationNodeExecutingData { CurrentNode = "KSampler", NodeId = node, CachedNodeIds = cached, ImageIndex = 1, TotalImages = 1 },
    };

    public GenerationProgressed Progress(string node, int step, int steps) => new()
    {
        GenerationId = id,
        Sequence = ++_sequence,
        Timestamp = Start,
        Data = new GenerationProgressedData
        {
            Progress = 100 * step / steps,
            OverallProgress = 0,
            NodeId = node,
            Step = step,
            TotalSteps = steps,
            ImageIndex = 1,
            TotalImages = 1,
        },
    };

    public GenerationCompleted Completed(params GenerationImage[] images) => new()
    {
        GenerationId = id,
        Sequence = ++_sequence,
        Timestamp = Start,
        Data = new GenerationCompletedData { Images = images, DurationSeconds = 1 },
    };

    public GenerationCancelled Cancelled() => new()
    {
        GenerationId = id,
        Sequence = ++_sequence,
        Timestamp = Start,
        Data = new GenerationCancelledData { Reason = "user" },
    };

    public static GenerationImage File(int index, string node = "9", string name = "ComfyUI_00001_.png") => new()
    {
        Index = index,
        Url = "/",
        ContentType = "image/png",
        Kind = GenerationResultKinds.Image,
        NodeId = node,
        OutputKey = "images",
        Filename = name,
        Source = "output",
    };
}
