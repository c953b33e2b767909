using System.Collections.Concurrent;
using LockNGen.Contracts;

namespace LockNGen.FaultTests.Readers;

/// <summary>What was published, according to all readers together; each of them is compared with it.</summary>
internal sealed class Published
{
    private readonly ConcurrentDictionary<Guid, GenerationEvents> _generations = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _ends = new();
    private readonly ConcurrentBag<Watch> _watches = [];

    public IReadOnlyDictionary<Guid, GenerationEvents> Generations => _generations;

    public IReadOnlyCollection<Watch> Watches => _watches;

    /// <summary>Completes when any reader has seen its outcome.</summary>
    public Task EndOf(Guid generation) => End(generation).Task;

    /// <summary>Whether any reader has seen its outcome.</summary>
    public bool HasEnded(Guid generation) => EndOf(generation).IsCompleted;

    /// <summary>Begins the record of one reader and one generation.</summary>
    public Watch Watch(string reader, Guid generation, bool mustReachTheEnd)
    {
        var watch = new Watch(reader, generation, mustReachTheEnd);
        _watches.Add(watch);
        return watch;
    }

    /// <summary>Adds an event that a reader received.</summary>
    public void Take(string reader, Frame frame)
    {
        if (!frame.IsEvent)
            return;
        _generations.GetOrAdd(frame.Generation, _ => new GenerationEvents()).Take(reader, frame, isInOrder: reader == Subscriber.Name);
        if (GenerationEventTypes.IsTerminal(frame.Type))
            End(frame.Generation).TrySetResult();
    }

    private TaskCompletionSource End(Guid generation) => _ends.GetOrAdd(generation, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
