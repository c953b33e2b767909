using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>One execution of one prompt.</summary>
/// <param name="PromptId">The prompt.</param>
/// <param name="ExtraData">As submitted, so that a test can find its own mark on the prompt.</param>
/// <param name="StartedAt">When it left the queue.</param>
/// <param name="EndedAt">Null while it runs, and forever if it was lost.</param>
/// <param name="Outcome">running, success, error, interrupted or lost.</param>
/// <param name="ExecutedNodes">Nodes that actually ran; none in a run served from the cache.</param>
internal sealed record Render(
    string PromptId, JsonObject ExtraData, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, IReadOnlyList<string> ExecutedNodes);

/// <summary>Every executed prompt, including those before simulated restarts: it shows a test whether something was rendered twice.</summary>
internal sealed class RenderLog(TimeProvider clock)
{
    private const int MaxRenders = 20_000;
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();

    public Entry Start(string promptId, JsonObject extraData)
    {
        lock (_gate)
        {
            if (_entries.Count >= MaxRenders)
                _entries.Dequeue();
            var entry = new Entry(new Render(promptId, extraData, clock.GetUtcNow(), EndedAt: null, "running", []));
            _entries.Enqueue(entry);
            return entry;
        }
    }

    public void End(Entry entry, string outcome, IReadOnlyList<string> executedNodes)
    {
        lock (_gate)
            entry.Render = entry.Render with { EndedAt = clock.GetUtcNow(), Outcome = outcome, ExecutedNodes = executedNodes };
    }

    /// <summary>The running prompt will never end: its server was restarted or lost its worker.</summary>
    public void Lose(Entry entry)
    {
        lock (_gate)
            entry.Render = entry.Render with { Outcome = "lost" };
    }

    public Render[] All()
    {
        lock (_gate)
            return [.. _entries.Select(e => e.Render)];
    }

    internal sealed class Entry(Render render)
    {
        public Render Render { get; set; } = render;
    }
}
