using System.Collections.Concurrent;

namespace LockNGen.GenerationApi.Ledger;

/// <summary>
/// Who in this process waits for a generation to end. Another replica may record the end, so a waiter also looks by itself now and then.
/// </summary>
internal sealed class Endings
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = [];

    /// <summary>Completes when the end of the generation is noticed here.</summary>
    public Task Of(Guid id) => _waiting.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The generation has ended, or no one is waiting for it.</summary>
    public void Notify(Guid id)
    {
        if (_waiting.TryRemove(id, out var waiting))
            waiting.SetResult();
    }
}
