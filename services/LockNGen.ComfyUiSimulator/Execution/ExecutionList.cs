using LockNGen.ComfyUiSimulator.Nodes;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>
/// Which nodes still have to run and which may run now. The order among ready nodes is the real one: outputs and
/// asynchronous nodes first, then what leads to an output soonest, else the order of discovery.
/// </summary>
internal sealed class ExecutionList(DynamicPrompt prompt, NodeLibrary library, Func<string, bool> isCached)
{
    private readonly OrderedDictionary<string, Entry> _pending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _external = new(StringComparer.Ordinal);

    public bool IsEmpty => _pending.Count == 0;

    /// <summary>Adds a node and everything it needs that is not cached.</summary>
    public void Add(string id)
    {
        var stack = new Stack<string>([id]);
        var links = new List<(string From, string To)>();
        while (stack.TryPop(out var current))
        {
            if (!_pending.TryAdd(current, new Entry()))
                continue;
            foreach (var (_, value) in prompt.Inputs(current))
            {
                if (NodeLink.From(value) is not { } link)
                    continue;
                if (!isCached(link.NodeId))
                    stack.Push(link.NodeId);
                links.Add((link.NodeId, current));
            }
        }

        foreach (var (from, to) in links)
            Block(from, to);
    }

    /// <summary>Makes <paramref name="to"/> wait for <paramref name="from"/>.</summary>
    public void Block(string from, string to)
    {
        if (isCached(from))
            return;
        Add(from);
        if (_pending[from].Blocks.Add(to))
            _pending[to].BlockedBy++;
    }

    /// <summary>Sets a node aside until its asynchronous work is done.</summary>
    public void WaitFor(string id, Task work)
    {
        _external[id] = work;
        _pending[id].BlockedBy++;
    }

    /// <summary>The next node to run; waits for asynchronous ones if nothing else is ready.</summary>
    public async Task<string> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Unblock();
            var ready = _pending.Where(p => p.Value.BlockedBy == 0).Select(p => p.Key).ToArray();
            if (ready.Length > 0)
                return Pick(ready);
            await Task.WhenAny(_external.Values).WaitAsync(cancellationToken);
        }
    }

    public void Complete(string id)
    {
        foreach (var blocked in _pending[id].Blocks)
        {
            if (_pending.TryGetValue(blocked, out var entry))
                entry.BlockedBy--;
        }

        _pending.Remove(id);
    }

    private void Unblock()
    {
        foreach (var (id, _) in _external.Where(e => e.Value.IsCompleted).ToArray())
        {
            _external.Remove(id);
            _pending[id].BlockedBy--;
        }
    }

    private string Pick(string[] ready)
    {
        return ready.FirstOrDefault(id => IsOutput(id) || library.Find(prompt.ClassType(id))!.IsAsync)
            ?? ready.FirstOrDefault(id => _pending[id].Blocks.Any(IsOutput))
            ?? ready.FirstOrDefault(id => _pending[id].Blocks.Any(b => _pending[b].Blocks.Any(IsOutput)))
            ?? ready[0];
    }

    private bool IsOutput(string id) => library.Find(prompt.ClassType(id))!.IsOutput;

    private sealed class Entry
    {
        /// <summary>Nodes that wait for this one.</summary>
        public HashSet<string> Blocks { get; } = new(StringComparer.Ordinal);

        public int BlockedBy { get; set; }
    }
}
