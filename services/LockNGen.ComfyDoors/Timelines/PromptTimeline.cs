using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>
/// One prompt as sent to a client: from <c>execution_start</c> to <c>executing node:null</c>, without interruption. Takes events and keeps the frames that
/// are still to be written; of waiting progress only the newest. Not thread-safe.
/// </summary>
internal sealed class PromptTimeline(Guid id)
{
    /// <summary>The state of all nodes grows with the workflow; it need not be sent more often.</summary>
    private static readonly TimeSpan StateInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _promptId = id.ToString();
    private readonly LinkedList<Frame> _pending = [];
    private readonly List<Frame> _fresh = [];
    private readonly Dictionary<string, NodeState> _nodes = new(StringComparer.Ordinal);
    private readonly List<Frame> _ending = [];
    private long _sequence;
    private bool _startIsDue = true;
    private bool _cachedIsDue = true;
    private string? _node;
    private DateTimeOffset _stateAt;

    public Guid Id => id;

    /// <summary>Its submission has not been answered yet, so nothing may be sent about it.</summary>
    public bool IsHeld { get; set; }

    /// <summary>There is something to send.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>It ran, with any outcome: a prompt cancelled while waiting has only an end.</summary>
    public bool HasRun { get; private set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Whether its beginning was written to anyone.</summary>
    public bool WasReported { get; private set; }

    /// <summary>Everything of it has been written.</summary>
    public bool IsOver => EndedAt is not null && _pending.Count == 0;

    /// <summary>The running node, for a client that reconnects.</summary>
    public string? Node => _node;

    /// <summary>Its last frames, for a client that may have missed them.</summary>
    public IReadOnlyList<Frame> Ending => _ending;

    /// <summary>The next frame to write.</summary>
    public Frame? Next()
    {
        if (_pending.First is not { } first)
            return null;
        _pending.RemoveFirst();
        WasReported = true;
        return first.Value;
    }

    /// <summary>Continues from what a newly started door knows: if it has begun, another door has sent the beginning.</summary>
    public void Resume(DateTimeOffset? startedAt)
    {
        if (startedAt is null)
            return;
        (HasBegun, HasRun, WasReported, _startIsDue) = (true, true, true, false);
    }

    /// <summary>Applies an event.</summary>
    public void Take(GenerationEvent message)
    {
        if (EndedAt is not null || message.Sequence <= _sequence)
            return;
        _sequence = message.Sequence;
        switch (message)
        {
            case GenerationStarted:
                Begin(message.Timestamp);
                break;
            case GenerationNodeExecuting { Data: var node }:
                Cached(node.CachedNodeIds, message.Timestamp);
                Enter(node.NodeId, message.Timestamp);
                break;
            case GenerationProgressed { Data: { NodeId: { } nodeId } progress }:
                Cached(progress.CachedNodeIds, message.Timestamp);
                Enter(nodeId, message.Timestamp);
                Progress(nodeId, progress.Step, progress.TotalSteps, message.Timestamp);
                break;
            case GenerationCustom { Data: var custom }:
                Add(ComfyFrames.Custom(custom.EventType, custom.Data));
                break;
            case GenerationCompleted { Data: var data }:
                End(GenerationStatus.Completed, null, data.Images, message.Timestamp);
                break;
            case GenerationFailed { Data: var data }:
                End(GenerationStatus.Failed, data.Error, data.Images, message.Timestamp);
                break;
            case GenerationCancelled { Data: var data }:
                End(GenerationStatus.Cancelled, null, data.Images, message.Timestamp);
                break;
        }

        Commit();
    }

    /// <summary>Applies a preview of the running node.</summary>
    public void Show(GenerationPreviewBytes preview)
    {
        // A late one belongs to a finished node, and would be taken for the next node's.
        if (EndedAt is not null || _node is null || (preview.NodeId ?? _node) != _node)
            return;
        Add(new PreviewFrame(id, _node, preview.ContentType, preview.Bytes));
        Commit();
    }

    /// <summary>Applies the end, from an event or from the GenerationApi.</summary>
    public void End(GenerationStatus status, GenerationError? error, IReadOnlyList<GenerationImage> files, DateTimeOffset at)
    {
        if (EndedAt is not null)
            return;
        // A prompt that never ran has no beginning, but still an end.
        if (HasBegun || status == GenerationStatus.Completed)
            Cached([], at);
        Drop(FrameKind.Preview);
        HasBegun = true;
        EndedAt = at;
        var outputs = Outputs.Of(id, files);
        var isAtWork = false;
        foreach (var group in files.Where(f => Outputs.IsSent(f)).GroupBy(f => f.NodeId ?? "", StringComparer.Ordinal))
        {
            isAtWork |= _ending.Count == 0 && group.Key == _node;
            _ending.Add(ComfyFrames.Executing(_promptId, group.Key));
            _ending.AddRange(group.Select(f => new ResultFrame(id, group.Key, f.Index, f.ContentType)));
        }

        Finish();
        _ending.AddRange(outputs.Select(o => ComfyFrames.Executed(_promptId, o.Node, o.Output)));
        if (_nodes.Count > 0 && status == GenerationStatus.Completed)
            _ending.Add(ComfyFrames.ProgressState(_promptId, _nodes.Values));
        var (type, data) = Outcomes.Of(id, status, error, outputs.Select(o => o.Node), at);
        _ending.Add(ComfyFrames.Outcome(type, data));
        _ending.Add(ComfyFrames.Executing(_promptId, null));
        // The first frame is skipped if its node has already been reported as running; it is kept for clients that missed that.
        _fresh.AddRange(_ending.Skip(isAtWork ? 1 : 0));
        Commit();
    }

    private void Begin(DateTimeOffset at)
    {
        (HasBegun, HasRun) = (true, true);
        if (!_startIsDue)
            return;
        _startIsDue = false;
        Add(ComfyFrames.ExecutionStart(_promptId, at.ToUnixTimeMilliseconds()));
    }

    /// <summary>Which nodes came from the cache is known when the first other node starts.</summary>
    private void Cached(IReadOnlyList<string> nodes, DateTimeOffset at)
    {
        Begin(at);
        if (!_cachedIsDue)
            return;
        _cachedIsDue = false;
        Add(ComfyFrames.ExecutionCached(_promptId, nodes, at.ToUnixTimeMilliseconds()));
    }

    private void Enter(string node, DateTimeOffset at)
    {
        if (node == _node)
            return;
        Begin(at);
        if (_node is not null)
        {
            Finish();
            Add(ComfyFrames.ProgressState(_promptId, _nodes.Values));
        }

        _node = node;
        _nodes[node] = new NodeState(node, 0, 1, IsFinished: false);
        Add(ComfyFrames.ProgressState(_promptId, _nodes.Values));
        Add(ComfyFrames.Executing(_promptId, node));
    }

    private void Progress(string node, int step, int steps, DateTimeOffset at)
    {
        // ComfyUI sends no progress for nodes without steps, which count as one, nor for step zero.
        if (step == 0 || steps <= 1)
            return;
        _nodes[node] = new NodeState(node, step, steps, IsFinished: false);
        if (at - _stateAt >= StateInterval || step == steps)
        {
            _stateAt = at;
            Add(ComfyFrames.ProgressState(_promptId, _nodes.Values));
        }

        Add(ComfyFrames.Progress(_promptId, node, step, steps));
    }

    private void Finish()
    {
        if (_node is not null && _nodes.TryGetValue(_node, out var state))
            _nodes[_node] = state with { Value = state.Max, IsFinished = true };
        _node = null;
    }

    private void Add(Frame frame) => _fresh.Add(frame);

    /// <summary>Appends the new frames to the waiting ones; they replace waiting progress.</summary>
    private void Commit()
    {
        foreach (var kind in _fresh.Select(f => f.Kind).Where(k => k != FrameKind.State).Distinct())
            Drop(kind);
        foreach (var frame in _fresh)
            _pending.AddLast(frame);
        _fresh.Clear();
    }

    private void Drop(FrameKind kind)
    {
        for (var at = _pending.Last; at is not null;)
        {
            var previous = at.Previous;
            if (at.Value.Kind == kind)
                _pending.Remove(at);
            at = previous;
        }
    }
}
