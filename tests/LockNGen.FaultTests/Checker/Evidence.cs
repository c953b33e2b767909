using LockNGen.FaultTests.Faults;
using LockNGen.FaultTests.Load;
using LockNGen.FaultTests.Readers;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Checker;

/// <summary>Everything that a run leaves to be judged.</summary>
internal sealed record Evidence
{
    public required GenerationLoad Load { get; init; }

    public required Published Published { get; init; }

    public required WebhookReceiver Webhooks { get; init; }

    public required FaultSchedule Schedule { get; init; }

    public required MemoryWatch Memory { get; init; }

    public required SystemUnderTest System { get; init; }

    /// <summary>The API's final state, by generation.</summary>
    public required IReadOnlyDictionary<Guid, RecordedEnd> Records { get; init; }

    public IReadOnlyList<Render> Renders => [.. System.ComfyUis.SelectMany(c => c.Renders)];
}

/// <summary>What the API has recorded about a generation.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Images">How many pictures it lists.</param>
/// <param name="MissingImages">Those that cannot be fetched.</param>
internal sealed record RecordedEnd(string Status, int Images, IReadOnlyList<string> MissingImages);
