using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// What is running and how far it is, as last published. A gateway that has just started has no other source for it: progress is not in
/// the event stream, and a node may be silent for minutes.
/// </summary>
internal sealed class NewestProgress
{
    private readonly Dictionary<string, GenerationEvent> _byType = [];

    /// <summary>In the order in which it was published.</summary>
    public IReadOnlyList<GenerationEvent> Events => [.. _byType.Values.OrderBy(m => m.Sequence)];

    public void Note(GenerationEvent published)
    {
        if (published is GenerationNodeExecuting or GenerationProgressed)
            _byType[published.Type] = published;
    }
}
