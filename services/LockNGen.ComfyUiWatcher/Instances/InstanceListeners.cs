using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// The sockets to one server, one per client id: our own, and those of predecessors whose prompts were adopted. A client id is opened
/// again only after its old connection is closed for good.
/// </summary>
internal sealed class InstanceListeners(Func<string, ComfyUiListener> create)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Listening> _open = [];
    private readonly Dictionary<string, Task> _closing = [];

    public IReadOnlyList<ComfyUiListener> All
    {
        get
        {
            lock (_gate)
                return [.. _open.Values.Select(l => l.Listener)];
        }
    }

    public ComfyUiListener Open(string clientId)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(clientId, out var listening))
                return listening.Listener;
            var listener = create(clientId);
            var stop = new CancellationTokenSource();
            _closing.Remove(clientId, out var predecessor);
            _open[clientId] = new Listening(listener, stop, RunAsync(listener, predecessor ?? Task.CompletedTask, stop.Token));
            return listener;
        }
    }

    public void Close(string clientId)
    {
        lock (_gate)
        {
            if (!_open.Remove(clientId, out var listening))
                return;
            foreach (var closed in _closing.Where(c => c.Value.IsCompleted).Select(c => c.Key).ToList())
                _closing.Remove(closed);
            _closing[clientId] = listening.StopAsync();
        }
    }

    public void CloseAll()
    {
        foreach (var listener in All)
            Close(listener.ClientId);
    }

    /// <summary>Completes when every connection that was closed so far has ended.</summary>
    public Task ClosedAsync()
    {
        lock (_gate)
            return Task.WhenAll(_closing.Values);
    }

    private static async Task RunAsync(ComfyUiListener listener, Task predecessor, CancellationToken cancellationToken)
    {
        await predecessor;
        await listener.RunAsync(cancellationToken);
    }

    private sealed record Listening(ComfyUiListener Listener, CancellationTokenSource Stop, Task Running)
    {
        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Running;
            Stop.Dispose();
        }
    }
}
