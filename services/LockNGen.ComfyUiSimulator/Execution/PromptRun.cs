using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>One execution of one prompt, from <c>execution_start</c> to its history entry.</summary>
internal sealed class PromptRun
{
    private readonly OutputCache _cache;
    private readonly DynamicPrompt _prompt;
    private readonly ExecutionList _list;
    private readonly InterruptFlag _interrupt;
    private readonly RunReport _report;
    private readonly Dictionary<string, NodeOutput> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<NodeResult>> _async = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<object?>> _expanded = new(StringComparer.Ordinal);

    public PromptRun(QueueItem item, ServerEnvironment environment, SocketHub sockets, OutputCache cache, InterruptFlag interrupt, TempPrefixes tempPrefixes)
    {
        Item = item;
        Environment = environment;
        Sockets = sockets;
        TempPrefixes = tempPrefixes;
        _cache = cache;
        _interrupt = interrupt;
        _prompt = new DynamicPrompt(item.Prompt);
        _list = new ExecutionList(_prompt, environment.Library, id => _done.ContainsKey(id) || _cache.Find(id) is not null);
        _report = new RunReport(item, _prompt, environment, sockets);
        Progress = new ProgressRegistry(item.PromptId, _prompt, sockets);
        HasPreviews = PreviewsWanted();
    }

    public QueueItem Item { get; }

    public ServerEnvironment Environment { get; }

    public SocketHub Sockets { get; }

    public ProgressRegistry Progress { get; }

    public TempPrefixes TempPrefixes { get; }

    public bool HasPreviews { get; }

    public bool WasInterrupted { get; private set; }

    /// <summary>Nodes that ran and were not served from the cache.</summary>
    public IReadOnlyList<string> ExecutedNodes => _report.Executed;

    /// <summary>Runs the prompt to its end.</summary>
    /// <exception cref="PythonException">Raised outside of any node: the worker thread does not survive it.</exception>
    public async Task<HistoryEntry> ExecuteAsync(CancellationToken cancellationToken)
    {
        _interrupt.Clear();
        Sockets.CurrentClientId = ClientId();
        _report.Started();
        await PassAsync(HoldStage.ExecutionStart, classType: null, cancellationToken);

        _cache.SetPrompt(_prompt);
        TempPrefixes.SetPrompt(_prompt);
        _report.Cached(_prompt.OriginalIds.Where(id => _cache.Find(id) is not null));
        foreach (var id in Item.Outputs)
            _list.Add(id);
        var completed = await ExecuteNodesAsync(cancellationToken);
        if (completed)
        {
            _report.Succeeded();
            await PassAsync(HoldStage.ExecutionSuccess, classType: null, cancellationToken);
        }

        Sockets.LastNodeId = null;
        return _report.ToHistory(completed);
    }

    public void ThrowIfInterrupted()
    {
        if (_interrupt.Take())
            throw new InterruptedException();
    }

    private async Task<bool> ExecuteNodesAsync(CancellationToken cancellationToken)
    {
        while (!_list.IsEmpty)
        {
            var id = await _list.NextAsync(cancellationToken);
            IReadOnlyDictionary<string, object?>? inputs = null;
            try
            {
                if (_cache.Find(id) is { } cached)
                {
                    ShowCached(id, cached);
                }
                else if (_expanded.Remove(id, out var links))
                {
                    Finish(id, new NodeResult([.. links.Select(ResolveSlot)]));
                }
                else
                {
                    if (!_async.ContainsKey(id))
                    {
                        Progress.Start(id);
                        inputs = ResolveInputs(id);
                        _report.NodeStarted(id);
                    }

                    if (await RunNodeAsync(id, inputs, cancellationToken) is not { } result || TryExpand(id, result))
                        continue;
                    Finish(id, result);
                }
            }
            catch (InterruptedException)
            {
                WasInterrupted = true;
                _report.Interrupted(_prompt.RealId(id));
                return false;
            }
            catch (PythonException e) when (e.Type != PythonException.SystemExit)
            {
                _report.Failed(_prompt.RealId(id), e, inputs);
                return false;
            }

            await PassAsync(HoldStage.Executed, _prompt.ClassType(id), cancellationToken);
        }

        return true;
    }

    /// <summary>Runs or starts a node: null while an asynchronous node is still running.</summary>
    private async Task<NodeResult?> RunNodeAsync(string id, IReadOnlyDictionary<string, object?>? inputs, CancellationToken cancellationToken)
    {
        if (_async.Remove(id, out var finished))
            return await finished;

        var classType = _prompt.ClassType(id);
        var definition = Environment.Library.Find(classType)!;
        await PassAsync(HoldStage.Executing, classType, cancellationToken);
        ThrowIfInterrupted();
        if (Block(id, definition, inputs!) is { } blocked)
            return blocked;

        var context = new RunningNode(this, id, classType, inputs!, cancellationToken);
        if (!definition.IsAsync)
            return await RunAsync(definition, context);
        var work = Task.Run(() => RunAsync(definition, context), cancellationToken);
        _async[id] = work;
        _list.WaitFor(id, work);
        return null;
    }

    private async Task<NodeResult> RunAsync(NodeDefinition definition, NodeContext context)
    {
        if (Environment.Faults.TakeNodeFault(definition.ClassType) is { } outOfMemory)
            throw outOfMemory ? PythonException.OutOfMemory() : PythonException.ValueError($"simulated failure of {definition.ClassType}");
        await context.WorkAsync(Environment.Options.NodeMilliseconds.GetValueOrDefault(definition.ClassType));
        try
        {
            var result = await definition.RunAsync(context);
            return Environment.Scripts.Find(context.NodeId, _prompt.Node(context.NodeId)) is { } ui ? result with { Ui = ui } : result;
        }
        catch (Exception e) when (e is NullReferenceException or InvalidCastException or FormatException or ArgumentException or OverflowException)
        {
            // Errors that validation cannot see, such as a linked value of the wrong type, occur in the node, as in the real server.
            throw new PythonException("RuntimeError", e.Message);
        }
    }

    /// <summary>A blocked input: the node does not run, and its outputs block in turn, silently.</summary>
    private NodeResult? Block(string id, NodeDefinition definition, IReadOnlyDictionary<string, object?> inputs)
    {
        if (inputs.Values.OfType<ExecutionBlocker>().FirstOrDefault() is not { } blocker)
            return null;
        if (blocker.Message is { } message)
            _report.Blocked(id, message);
        return new NodeResult([.. definition.Outputs.Select(_ => new ExecutionBlocker(Message: null))]);
    }

    private bool TryExpand(string id, NodeResult result)
    {
        if (result.Expansion is not { } graph)
            return false;
        foreach (var (newId, node) in graph)
            _prompt.AddEphemeral(newId, node, id);
        foreach (var newId in graph.Keys)
            _cache.AddEphemeral(_prompt, newId);
        foreach (var newId in graph.Keys.Where(n => Environment.Library.Find(_prompt.ClassType(n))!.IsOutput))
            _list.Add(newId);
        foreach (var link in result.Slots.OfType<NodeLink>())
            _list.Block(link.NodeId, id);
        _expanded[id] = result.Slots;
        return true;
    }

    private void Finish(string id, NodeResult result)
    {
        var meta = _report.NodeFinished(id, result.Ui);
        var output = new NodeOutput(result.Slots, result.Ui, meta);
        _done[id] = output;
        _cache.Store(id, output);
        Progress.Finish(id);
        _list.Complete(id);
    }

    private void ShowCached(string id, NodeOutput cached)
    {
        _report.Show(id, cached.Ui, cached.Meta);
        Progress.Finish(id);
        _done[id] = cached;
        _list.Complete(id);
    }

    private Dictionary<string, object?> ResolveInputs(string id)
    {
        var inputs = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in _prompt.Inputs(id))
            inputs[name] = NodeLink.From(value) is { } link ? ResolveSlot(link) : value;
        foreach (var input in Environment.Library.Find(_prompt.ClassType(id))!.InputsFor(_prompt.Inputs(id)))
        {
            // An omitted optional widget has its default.
            if (!inputs.ContainsKey(input.Name) && input.Config["default"] is { } value)
                inputs[input.Name] = value;
        }

        return inputs;
    }

    private object? ResolveSlot(object? slot)
    {
        if (slot is not NodeLink link)
            return slot;
        var slots = (_done.GetValueOrDefault(link.NodeId) ?? _cache.Find(link.NodeId))?.Slots ?? [];
        var index = link.Slot < 0 ? link.Slot + slots.Count : link.Slot;
        return index < slots.Count ? slots[index] : null;
    }

    private Task PassAsync(HoldStage stage, string? classType, CancellationToken cancellationToken) =>
        Environment.Faults.Holds.PassAsync(stage, Item.PromptId, classType, step: null, cancellationToken);

    /// <summary>Null is a broadcast. Anything but text matches no socket, because a socket's id cannot contain a line feed.</summary>
    private string? ClientId() => Item.ExtraData["client_id"] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        var other => "\n" + other.ToJsonString(),
    };

    private bool PreviewsWanted()
    {
        var choice = Environment.IsVersionB ? (Item.ExtraData["preview_method"] as JsonValue)?.ToString() : null;
        return choice switch
        {
            "none" => false,
            "auto" or "latent2rgb" or "taesd" => true,
            _ => Environment.Options.Previews,
        };
    }
}
