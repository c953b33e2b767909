using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>Everything that was published, in the order of arrival; tests wait for what they expect.</summary>
internal sealed class EventRecorder
{
    private readonly Lock _gate = new();
    private readonly List<GenerationEvent> _events = [];
    private readonly Dictionary<Guid, string> _outcomes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Bind(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = true;
        endpoint.ConcurrentMessageLimit = 1;
        Handle<GenerationQueued>();
        Handle<GenerationCompleted>();
        Handle<GenerationFailed>();
        Handle<GenerationCancelled>();

        void Handle<T>()
            where T : GenerationEvent => endpoint.Handler<T>(context =>
            {
                Add(context.Message, context.ReceiveContext.Body.GetString());
                return Task.CompletedTask;
            });
    }

    /// <summary>The events of a generation so far.</summary>
    public IReadOnlyList<GenerationEvent> Of(Guid id)
    {
        lock (_gate)
            return [.. _events.Where(e => e.GenerationId == id)];
    }

    /// <summary>The JSON of a generation's outcome, unchanged.</summary>
    public async Task<string> OutcomeJsonAsync(Guid id)
    {
        await EndOfAsync(id);
        lock (_gate)
            return _outcomes[id];
    }

    /// <summary>Waits until an event fits.</summary>
    public async Task<GenerationEvent> WaitAsync(Func<GenerationEvent, bool> fits)
    {
        using var timeout = new CancellationTokenSource(ApiHost.Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_events.Find(e => fits(e)) is { } found)
                    return found;
                changed = _changed.Task;
            }

            await changed.WaitAsync(timeout.Token);
        }
    }

    public Task<GenerationEvent> EndOfAsync(Guid id) => WaitAsync(e => e.GenerationId == id && GenerationEventTypes.IsTerminal(e.Type));

    private void Add(GenerationEvent message, string json)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _events.Add(message);
            if (GenerationEventTypes.IsTerminal(message.Type))
                _outcomes[message.GenerationId] = json;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }
}
