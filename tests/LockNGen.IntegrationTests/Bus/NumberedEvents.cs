using LockNGen.Contracts;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>Events of one generation that differ in their number.</summary>
internal static class NumberedEvents
{
    public static readonly Guid Generation = Guid.NewGuid();

    public static GenerationProgressed Progressed(long n) => new()
    {
        GenerationId = Generation,
        Sequence = n,
        Timestamp = DateTimeOffset.UnixEpoch,
        Data = new() { Progress = 5, OverallProgress = 1, Step = 1, TotalSteps = 20, ImageIndex = 1, TotalImages = 1 },
    };

    public static GenerationStarted Started(long n) => new()
    {
        GenerationId = Generation,
        Sequence = n,
        Timestamp = DateTimeOffset.UnixEpoch,
        Data = new() { Instance = "a", Attempt = 1, TotalImages = 1 },
    };
}
