namespace LockNGen.TestSupport;

/// <summary>Lines that a program prints, for tests to wait for.</summary>
public sealed class LineLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    /// <summary>Everything so far.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>Keeps a line.</summary>
    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            foreach (var (_, seen) in _awaited.Where(a => line.Contains(a.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
    }

    /// <summary>Waits until there is a line with this text.</summary>
    public Task SeenAsync(string text)
    {
        lock (_gate)
        {
            if (_lines.Exists(l => l.Contains(text, StringComparison.Ordinal)))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task.WaitAsync(Patience);
        }
    }
}
