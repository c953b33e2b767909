namespace LockNGen.ComfyUiSimulator.Queue;

/// <summary>Waiting, running and finished prompts. <paramref name="changed"/> is called, under the lock, where the real server broadcasts <c>status</c>.</summary>
internal sealed class PromptQueue(Action<int> changed) : IDisposable
{
    /// <summary>The real server's limit.</summary>
    public const int MaxHistory = 10_000;

    private readonly Lock _gate = new();
    private readonly PromptHeap _pending = new();
    private readonly OrderedDictionary<string, HistoryEntry> _history = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _arrivals = new(0);
    private QueueItem? _running;
    private int _counter;

    /// <summary>Waiting and running.</summary>
    public int Remaining
    {
        get
        {
            lock (_gate)
                return _pending.Count + (_running is null ? 0 : 1);
        }
    }

    public QueueItem? Running
    {
        get
        {
            lock (_gate)
                return _running;
        }
    }

    /// <summary>Every submission without an explicit number takes one, even if it is then refused.</summary>
    public int NextNumber()
    {
        lock (_gate)
            return _counter++;
    }

    public void Put(QueueItem item)
    {
        lock (_gate)
        {
            try
            {
                _pending.Push(item);
            }
            finally
            {
                // A failed comparison leaves the item in the heap: the caller gets an error, yet the prompt will run.
                _arrivals.Release();
            }

            Notify();
        }
    }

    /// <summary>Waits for a prompt and returns its id; the prompt stays in the queue until it is taken.</summary>
    public async Task<string> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _arrivals.WaitAsync(cancellationToken);
            lock (_gate)
            {
                if (_pending.Count > 0)
                    return _pending[0].PromptId;
            }
        }
    }

    /// <summary>Moves the next prompt to running; null if it was deleted in the meantime.</summary>
    public QueueItem? Take()
    {
        lock (_gate)
        {
            if (_pending.Count == 0)
                return null;
            _running = _pending.Pop();
            Notify();
            return _running;
        }
    }

    /// <summary>Moves the running prompt to the history.</summary>
    public void Complete(HistoryEntry entry)
    {
        lock (_gate)
        {
            _running = null;
            if (_history.Count >= MaxHistory)
                _history.RemoveAt(0);
            // A reused id keeps its old place, as in a Python dict.
            _history[entry.Item.PromptId] = entry;
            Notify();
        }
    }

    public (IReadOnlyList<QueueItem> Running, IReadOnlyList<QueueItem> Pending) Snapshot()
    {
        lock (_gate)
            return (_running is null ? [] : [_running], [.. _pending]);
    }

    public bool Delete(string promptId)
    {
        lock (_gate)
        {
            for (var i = 0; i < _pending.Count; i++)
            {
                if (_pending[i].PromptId != promptId)
                    continue;
                if (_pending.Count == 1)
                    Clear();
                else
                    _pending.RemoveAt(i);
                // So the last waiting prompt's deletion is announced twice.
                Notify();
                return true;
            }

            return false;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _pending.Clear();
            Notify();
        }
    }

    public HistoryEntry? FindHistory(string promptId)
    {
        lock (_gate)
            return _history.GetValueOrDefault(promptId);
    }

    /// <summary>The newest <paramref name="maxItems"/>, or from <paramref name="offset"/>, counted from the oldest.</summary>
    public IReadOnlyList<HistoryEntry> History(int? maxItems = null, int offset = -1)
    {
        lock (_gate)
        {
            var skip = offset >= 0 ? offset : Math.Max(0, _history.Count - (maxItems ?? _history.Count));
            return [.. _history.Values.Skip(skip).Take(maxItems ?? int.MaxValue)];
        }
    }

    public void DeleteHistory(string promptId)
    {
        lock (_gate)
            _history.Remove(promptId);
    }

    public void ClearHistory()
    {
        lock (_gate)
            _history.Clear();
    }

    public void Dispose() => _arrivals.Dispose();

    private void Notify() => changed(_pending.Count + (_running is null ? 0 : 1));
}
