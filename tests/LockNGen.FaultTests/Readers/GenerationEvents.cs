using LockNGen.Contracts;

namespace LockNGen.FaultTests.Readers;

/// <summary>The events of one generation, seen by any reader.</summary>
internal sealed class GenerationEvents
{
    private readonly SortedList<long, PublishedEvent> _events = [];
    private readonly List<string> _contradictions = [];
    private long _highest;

    public IReadOnlyList<PublishedEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events.Values];
        }
    }

    /// <summary>The first terminal event; null before the end.</summary>
    public PublishedEvent? Outcome => Events.FirstOrDefault(e => GenerationEventTypes.IsTerminal(e.Type));

    /// <summary>Different events that came under one number.</summary>
    public IReadOnlyList<string> Contradictions
    {
        get
        {
            lock (_events)
                return [.. _contradictions];
        }
    }

    /// <summary>Adds an event; <paramref name="isInOrder"/>: from the one reader that gets them in the broker's order.</summary>
    public void Take(string reader, Frame frame, bool isInOrder)
    {
        lock (_events)
        {
            var isLate = isInOrder && frame.Sequence < _highest;
            if (isInOrder)
                _highest = Math.Max(_highest, frame.Sequence);
            if (!_events.TryGetValue(frame.Sequence, out var known))
            {
                _events.Add(frame.Sequence, new PublishedEvent(frame.Sequence, frame.Type, frame.Json, DateTimeOffset.UtcNow, reader) { IsLate = isLate });
                return;
            }

            // A repetition of an event that all have received is not late.
            if (isLate && known.SeenBy != reader)
                _events[frame.Sequence] = known with { IsLate = true };
            // A preview may travel inline.
            if (known.Json != frame.Json && frame.Type != GenerationEventTypes.Preview)
                _contradictions.Add($"{frame.Sequence} was to {known.SeenBy} {known.Json} and to {reader} {frame.Json}");
        }
    }
}

/// <summary>One event.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Type">Its type.</param>
/// <param name="Json">Its text.</param>
/// <param name="SeenAt">When the first reader had it.</param>
/// <param name="SeenBy">That reader.</param>
internal sealed record PublishedEvent(long Sequence, string Type, string Json, DateTimeOffset SeenAt, string SeenBy)
{
    /// <summary>Whether it was published after a higher one, by a stale publisher: readers ignore it.</summary>
    public bool IsLate { get; init; }

    /// <summary>Whether no reader may miss it unannounced.</summary>
    public bool IsState => !IsLate && !GenerationEventTypes.IsProgress(Type);
}
