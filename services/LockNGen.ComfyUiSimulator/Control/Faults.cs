using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>The current faults. They survive a simulated restart.</summary>
internal sealed class Faults
{
    private const int MaxAnswers = 100;

    private readonly ConcurrentDictionary<string, NodeFault> _nodes = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private HttpFault? _httpFault;
    private IReadOnlyList<FrontResponse> _answers = [];

    public Faults(IOptions<SimulatorOptions> options)
    {
        foreach (var node in options.Value.FailingNodes)
            _nodes[node] = new NodeFault(IsOutOfMemory: false, int.MaxValue);
        foreach (var node in options.Value.OutOfMemoryNodes)
            _nodes[node] = new NodeFault(IsOutOfMemory: true, int.MaxValue);
    }

    public FreezeGate Freeze { get; } = new();

    public Holds Holds { get; } = new();

    /// <summary>Added to every HTTP request.</summary>
    public TimeSpan HttpDelay { get; set; }

    /// <summary>How long a prompt is missing from the history after <c>execution_success</c>.</summary>
    public TimeSpan HistoryLag { get; set; }

    public void FailNextRequests(HttpFault fault)
    {
        lock (_gate)
            _httpFault = fault;
    }

    /// <summary>Answers requests in the server's place; the newest match is used.</summary>
    public bool Answer(FrontResponse answer)
    {
        lock (_gate)
        {
            if (_answers.Count >= MaxAnswers)
                return false;
            _answers = [answer, .. _answers];
            return true;
        }
    }

    public void AnswerNoMore()
    {
        lock (_gate)
            _answers = [];
    }

    public FrontResponse? TakeAnswer(HttpRequest request)
    {
        lock (_gate)
        {
            if (_answers.FirstOrDefault(a => a.Count > 0 && a.Fits(request)) is not { } answer)
                return null;
            if (answer.Count != int.MaxValue)
                _answers = [.. _answers.Select(a => ReferenceEquals(a, answer) ? a with { Count = a.Count - 1 } : a)];
            return answer;
        }
    }

    /// <summary>The fault that hits a request of this path; null if none does.</summary>
    public HttpFault? TakeHttpFault(PathString path)
    {
        lock (_gate)
        {
            if (_httpFault is not { Left: > 0 } fault || (fault.Path is not null && path != fault.Path))
                return null;
            _httpFault = fault with { Left = fault.Left - 1 };
            return fault;
        }
    }

    /// <summary>Makes a node class fail for its next <paramref name="count"/> runs.</summary>
    public void FailNode(string classType, bool outOfMemory, int count) => _nodes[classType] = new NodeFault(outOfMemory, count);

    /// <summary>Null if the node may run; otherwise whether it fails by running out of memory.</summary>
    public bool? TakeNodeFault(string classType)
    {
        if (!_nodes.TryGetValue(classType, out var fault) || fault.Left <= 0)
            return null;
        if (fault.Left != int.MaxValue)
            _nodes[classType] = fault with { Left = fault.Left - 1 };
        return fault.IsOutOfMemory;
    }

    private sealed record NodeFault(bool IsOutOfMemory, int Left);
}
