using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator;

/// <summary>The server's output, as shown by <c>/internal/logs/raw</c>: the last 300 writes; one line may take several.</summary>
internal sealed class ServerLog(TimeProvider clock)
{
    private const int MaxEntries = 300;

    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset Time, string Text)> _entries = [];

    public void Write(string text)
    {
        lock (_gate)
        {
            _entries.Enqueue((clock.GetUtcNow(), text));
            if (_entries.Count > MaxEntries)
                _entries.Dequeue();
        }
    }

    /// <summary>What Python prints when an exception ends the thread that renders.</summary>
    public void WriteDeath(string exception)
    {
        foreach (var text in new[] { "Exception in thread ", "Thread-1 (prompt_worker)", ":\n", $"Traceback (most recent call last):\n{exception}\n" })
            Write(text);
    }

    public JsonObject ToJson()
    {
        lock (_gate)
        {
            return new JsonObject
            {
                ["entries"] = new JsonArray([.. _entries.Select(e => (JsonNode)new JsonObject { ["t"] = e.Time.ToString("O"), ["m"] = e.Text })]),
                ["size"] = new JsonObject { ["cols"] = 80, ["rows"] = 24 },
            };
        }
    }
}
