namespace LockNGen.FaultTests.Readers;

/// <summary>What one reader saw of one generation, in its order.</summary>
internal sealed class Watch(string reader, Guid generation, bool mustReachTheEnd)
{
    public string Reader => reader;

    public Guid Generation => generation;

    /// <summary>Whether the reader stays until the generation ends; those who watch everything come and go.</summary>
    public bool MustReachTheEnd => mustReachTheEnd;

    public List<Step> Steps { get; } = [];

    /// <summary>Where to continue after a break.</summary>
    public long Cursor { get; private set; }

    /// <summary>Whether it knows how the generation ended.</summary>
    public bool HasEnded { get; private set; }

    public void Connected(string gateway, long? after) => Steps.Add(new Step(DateTimeOffset.UtcNow, StepKind.Connected, after ?? -1, gateway));

    public void Dropped(string why) => Steps.Add(new Step(DateTimeOffset.UtcNow, StepKind.Dropped, 0, why));

    public void Take(Frame frame)
    {
        HasEnded |= frame.IsEnd;
        if (frame.IsEvent)
        {
            Cursor = Math.Max(Cursor, frame.Sequence);
            Add(StepKind.Event, frame.Type);
        }
        else if (frame.IsSnapshot)
        {
            Cursor = frame.Sequence;
            Add(StepKind.Snapshot, frame.Detail);
        }
        else
        {
            Add(StepKind.Gap, frame.Detail);
        }

        void Add(StepKind kind, string text) => Steps.Add(new Step(DateTimeOffset.UtcNow, kind, frame.Sequence, text));
    }
}
