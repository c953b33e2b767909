using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Admin;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>One execution of one prompt, from <c>execution_start</c> to what the history will say.</summary>
internal sealed class PromptRun
{
    private readonly OutputCache _cache;
    private readonly DynamicPrompt _prompt;
    private readonly ExecutionList _list;
    private readonly InterruptFlag _interrupt;
    private readonly Dictionary<string, NodeOutput> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<NodeResult>> _async = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<object?>> _expanded = new(StringComparer.Ordinal);
    private readonly List<string> _executed = [];
    private readonly JsonObject _outputs = [];
    private readonly JsonObject _meta = [];
    private readonly JsonArray _messages = [];

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
        Progress = new ProgressRegistry(item.PromptId, _prompt, sockets);
        HasPreviews = PreviewsWanted();
    }

    public QueueItem Item { get; }

    public ServerEnvironment Environment { get; }

    public SocketHub Sockets { get; }

    public ProgressRegistry Progress { get; }

    public TempPrefixes TempPrefixes { get; }

    public bool HasPreviews { get; }

    /// <summary>Nodes that ran and were not served from the cache.</summary>
    public IReadOnlyList<string> ExecutedNodes => _executed;

    public bool WasInterrupted { get; private set; }

    /// <summary>Runs the prompt to its end.</summary>
    /// <exception cref="PythonException">Raised outside of any node: the worker thread does not survive it.</exception>
    public async Task<HistoryEntry> ExecuteAsync(CancellationToken cancellationToken)
    {
        _interrupt.Clear();
        Sockets.CurrentClientId = ClientId();
        AddMessage("execution_start", []);
        await PassAsync(HoldStage.ExecutionStart, classType: null, cancellationToken);

        _cache.SetPrompt(_prompt);
        TempPrefixes.SetPrompt(_prompt);
        var cached = _prompt.OriginalIds.Where(id => _cache.Find(id) is not null).Select(id => (JsonNode)id);
        AddMessage("execution_cached", new JsonObject { ["nodes"] = new JsonArray([.. cached]) });

        foreach (var id in Item.Outputs)
            _list.Add(id);
        var completed = await ExecuteNodesAsync(cancellationToken);
        if (completed)
        {
            AddMessage("execution_success", []);
            await PassAsync(HoldStage.ExecutionSuccess, classType: null, cancellationToken);
        }

        Sockets.LastNodeId = null;
        return new HistoryEntry { Item = Item, Completed = completed, Outputs = _outputs, Meta = _meta, Messages = _messages };
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
                        inputs = ResolveInputs(id);
                        Announce(id);
                    }

                    if (await RunNodeAsync(id, inputs, cancellationToken) is not { } result)
                        continue;
                    if (!TryExpand(id, result))
                        Finish(id, result);
                    else
                        continue;
                }
            }
            catch (InterruptedException)
            {
                ReportInterrupt(_prompt.RealId(id));
                return false;
            }
            catch (PythonException e)
            {
                ReportError(_prompt.RealId(id), e, inputs);
                return false;
            }

            await PassAsync(HoldStage.Executed, _prompt.ClassType(id), cancellationToken);
        }

        return true;
    }

    private void Announce(string id)
    {
        Progress.Start(id);
        if (Sockets.CurrentClientId is null)
            return;
        Sockets.LastNodeId = _prompt.RealId(id);
        Sockets.Whisper("executing", new JsonObject { ["node"] = id, ["display_node"] = _prompt.RealId(id), ["prompt_id"] = Item.PromptId });
    }

    /// <summary>Runs a node, or starts it: null while an asynchronous node is still at work.</summary>
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

        var context = new NodeContext(this, id, classType, inputs!, cancellationToken);
        if (Environment.Faults.TakeNodeFault(classType) is { } outOfMemory)
            throw outOfMemory ? PythonException.OutOfMemory() : PythonException.ValueError($"simulated failure of {classType}");
        await context.WorkAsync(Environment.Options.NodeMilliseconds.GetValueOrDefault(classType));
        if (!definition.IsAsync)
            return await definition.RunAsync(context);

        var work = Task.Run(() => definition.RunAsync(context), cancellationToken);
        _async[id] = work;
        _list.WaitFor(id, work);
        return null;
    }

    /// <summary>A blocked input: the node does not run, and its outputs block in turn, silently.</summary>
    private NodeResult? Block(string id, NodeDefinition definition, IReadOnlyDictionary<string, object?> inputs)
    {
        if (inputs.Values.OfType<ExecutionBlocker>().FirstOrDefault() is not { } blocker)
            return null;
        if (blocker.Message is { } message)
        {
            Sockets.Whisper("execution_error", new JsonObject
            {
                ["prompt_id"] = Item.PromptId,
                ["node_id"] = id,
                ["node_type"] = definition.ClassType,
                ["executed"] = Ids(_executed),
                ["exception_message"] = $"Execution Blocked: {message}",
                ["exception_type"] = "ExecutionBlocked",
                ["traceback"] = new JsonArray(),
                ["current_inputs"] = new JsonArray(),
                ["current_outputs"] = new JsonArray(),
            });
        }

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
        JsonObject? meta = null;
        if (result.Ui is { } ui)
        {
            meta = new JsonObject
            {
                ["node_id"] = id,
                ["display_node"] = _prompt.RealId(id),
                ["parent_node"] = _prompt.ParentId(id),
                ["real_node_id"] = _prompt.RealId(id),
            };
            SendExecuted(id, ui);
            _outputs[id] = ui.DeepClone();
            _meta[id] = meta.DeepClone();
        }

        var output = new NodeOutput(result.Slots, result.Ui, meta);
        _done[id] = output;
        _cache.Store(id, output);
        _executed.Add(id);
        Progress.Finish(id);
        _list.Complete(id);
    }

    private void ShowCached(string id, NodeOutput cached)
    {
        SendExecuted(id, cached.Ui);
        if (cached.Ui is not null)
        {
            _outputs[id] = cached.Ui.DeepClone();
            _meta[id] = cached.Meta?.DeepClone();
        }

        Progress.Finish(id);
        _done[id] = cached;
        _list.Complete(id);
    }

    private void SendExecuted(string id, JsonObject? ui)
    {
        if (Sockets.CurrentClientId is null)
            return;
        Sockets.Whisper("executed", new JsonObject
        {
            ["node"] = id, ["display_node"] = _prompt.RealId(id), ["output"] = ui?.DeepClone(), ["prompt_id"] = Item.PromptId,
        });
    }

    private Dictionary<string, object?> ResolveInputs(string id)
    {
        var inputs = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in _prompt.Inputs(id))
            inputs[name] = NodeLink.From(value) is { } link ? ResolveSlot(link) : value;
        foreach (var input in Environment.Library.Find(_prompt.ClassType(id))!.Inputs)
        {
            // An optional widget that was left out has its default.
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
        return link.Slot < slots.Count ? slots[link.Slot] : null;
    }

    private void ReportInterrupt(string id)
    {
        WasInterrupted = true;
        AddMessage("execution_interrupted", NodeDetails(id), broadcast: true);
    }

    private void ReportError(string id, PythonException error, IReadOnlyDictionary<string, object?>? inputs)
    {
        const string tips = "This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.";
        var details = NodeDetails(id);
        details["exception_message"] = $"{error.Message}\n{(error.IsOutOfMemory ? tips : "")}";
        details["exception_type"] = error.Type;
        details["traceback"] = PythonTraceback.Of(_prompt.ClassType(id));
        details["current_inputs"] = new JsonObject((inputs ?? new Dictionary<string, object?>(StringComparer.Ordinal)).Select(
            i => KeyValuePair.Create<string, JsonNode?>(i.Key, new JsonArray(i.Value is JsonNode node ? node.DeepClone() : i.Value?.ToString()))));
        details["current_outputs"] = Ids(_prompt.OriginalIds);
        AddMessage("execution_error", details);
    }

    private JsonObject NodeDetails(string id) => new()
    {
        ["node_id"] = id,
        ["node_type"] = _prompt.ClassType(id),
        ["executed"] = Ids(_executed),
    };

    private void AddMessage(string type, JsonObject details, bool broadcast = false)
    {
        var data = new JsonObject();
        // execution_cached alone has its own field first; the order is cosmetic, but it is the real one.
        if (type == "execution_cached")
        {
            data["nodes"] = details["nodes"]?.DeepClone();
            details = [];
        }

        data["prompt_id"] = Item.PromptId;
        foreach (var (name, value) in details)
            data[name] = value?.DeepClone();
        data["timestamp"] = Environment.UnixMilliseconds();
        _messages.Add(new JsonArray(type, data.DeepClone()));
        if (broadcast || Sockets.CurrentClientId is not null)
            Sockets.Whisper(type, data);
    }

    private Task PassAsync(HoldStage stage, string? classType, CancellationToken cancellationToken) =>
        Environment.Faults.Holds.PassAsync(stage, Item.PromptId, classType, step: null, cancellationToken);

    /// <summary>Null is a broadcast. What is not text matches no socket, as no socket's id can contain a line feed.</summary>
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

    private static JsonArray Ids(IEnumerable<string> ids) => new([.. ids.Select(id => (JsonNode)id)]);
}
