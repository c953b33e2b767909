using LockNGen.Contracts;
using LockNGen.Messaging;
using MassTransit;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>Everything that was published, in the order in which a subscriber received it; tests wait for what they need.</summary>
internal sealed class EventLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<GenerationEvent> _events = [];
    private readonly List<GenerationPreviewBytes> _previews = [];
    private readonly HashSet<Guid> _ended = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<GenerationPreviewBytes> Previews
    {
        get
        {
            lock (_gate)
                return [.. _previews];
        }
    }

    public IReadOnlyList<GenerationEvent> Of(Guid generationId)
    {
        lock (_gate)
            return [.. _events.Where(e => e.GenerationId == generationId)];
    }

    public IReadOnlyList<T> Of<T>(Guid generationId)
        where T : GenerationEvent => [.. Of(generationId).OfType<T>()];

    public void AddTo(BusParts bus) => bus.Endpoint("event-log", (_, endpoint) =>
    {
        endpoint.ConfigureConsumeTopology = true;
        endpoint.ConcurrentMessageLimit = 1;
        Take<GenerationQueued>();
        Take<GenerationStarted>();
        Take<GenerationNodeExecuting>();
        Take<GenerationProgressed>();
        Take<GenerationPreviewed>();
        Take<GenerationCustom>();
        Take<GenerationImageCompleted>();
        Take<GenerationCompleted>();
        Take<GenerationFailed>();
        Take<GenerationCancelled>();
        endpoint.Handler<GenerationPreviewBytes>(c =>
        {
            lock (_gate)
                _previews.Add(c.Message);
            return Task.CompletedTask;
        });

        void Take<T>()
            where T : GenerationEvent => endpoint.Handler<T>(c =>
        {
            Add(c.Message);
            return Task.CompletedTask;
        });
    });

    /// <summary>Waits for the first event of a kind.</summary>
    public async Task<T> WaitForAsync<T>(Guid generationId, Func<T, bool>? matches = null)
        where T : GenerationEvent => (await WaitForManyAsync(generationId, 1, matches))[0];

    /// <summary>Waits for this many events of a kind.</summary>
    public async Task<IReadOnlyList<T>> WaitForManyAsync<T>(Guid generationId, int count, Func<T, bool>? matches = null)
        where T : GenerationEvent
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var found = _events.OfType<T>().Where(e => e.GenerationId == generationId && (matches?.Invoke(e) ?? true)).Take(count).ToList();
                if (found.Count == count)
                    return found;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"No {typeof(T).Name}. There were: {string.Join(", ", Of(generationId))}", e);
            }
        }
    }

    /// <summary>Waits until this many generations have ended, as long as each next one ends in time.</summary>
    public async Task WaitForEndsAsync(int count)
    {
        for (var seen = 0; seen < count;)
        {
            Task changed;
            lock (_gate)
                (seen, changed) = (_ended.Count, _changed.Task);
            if (seen < count)
                await changed.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    private void Add(GenerationEvent message)
    {
        lock (_gate)
        {
            _events.Add(message);
            if (GenerationEventTypes.IsTerminal(message.Type))
                _ended.Add(message.GenerationId);
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
