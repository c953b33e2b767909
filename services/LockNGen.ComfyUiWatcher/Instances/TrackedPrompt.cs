using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// One prompt of ours on one server: collects what the socket and the queue report about it, from before it is submitted until it has left the
/// queue. Called from the socket's reading thread, from the instance's polling and from the generation.
/// </summary>
internal sealed class TrackedPrompt(
    string promptId, string clientId, RunGraph graph, GenerationTranslator translator, Action<TranslatedEvent, DateTimeOffset> publish)
{
    private const int MaxWarnings = 50;

    /// <summary>
    /// On a busy machine, socket messages may be read this much later than the answer to a later HTTP request.
    /// </summary>
    private static readonly TimeSpan SocketLag = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly CollectedOutputs _outputs = new(graph);
    private readonly List<GenerationWarning> _warnings = [];
    private TaskCompletionSource _left = NewLeft();

    /// <summary>Ours, unless the server has assigned its own.</summary>
    public string PromptId { get; set; } = promptId;

    /// <summary>The client id to which ComfyUI reports on it.</summary>
    public string ClientId { get; } = clientId;

    /// <summary>Whether results of it are sent through the socket, and are lost with it.</summary>
    public bool SendsImages => graph.SendsImages;

    /// <summary>Called once, when ComfyUI starts it, before anything else is published about it.</summary>
    public Action? Begun { get; init; }

    /// <summary>Called with each message about it.</summary>
    public Action? Heard { get; init; }

    /// <summary>Called while it waits, with how many are ahead of it.</summary>
    public Action<int>? WaitsBehind { get; init; }

    /// <summary>Completes when it has ended, disappeared from the queue, or been given up with its server.</summary>
    public Task Left
    {
        get
        {
            lock (_gate)
                return _left.Task;
        }
    }

    /// <summary>Why its server was given up.</summary>
    public GenerationError? Lost { get; private set; }

    /// <summary>Whether it was waiting, rather than running, when last seen.</summary>
    public bool Waiting { get; private set; } = true;

    /// <summary>When it was first seen running, by the socket or in the queue.</summary>
    public DateTimeOffset? RunningSince { get; private set; }

    public DateTimeOffset LastHeardAt { get; private set; }

    /// <summary>How it ended, as reported by the socket: <see cref="ExecutionSucceeded"/>, <see cref="ExecutionFailed"/> or <see cref="ExecutionInterrupted"/>.</summary>
    public ComfyUiMessage? End { get; private set; }

    /// <summary>The socket reported that it is over: everything sent through it before has been received.</summary>
    public bool EndWasReported { get; private set; }

    /// <summary>Set when ComfyUI has confirmed that it has the prompt: from then on its absence from the queue is significant.</summary>
    public DateTimeOffset? AcceptedAt { get; private set; }

    /// <summary>The socket was interrupted since the prompt was accepted: messages may have been missed.</summary>
    public bool HadGap { get; private set; }

    /// <summary>The server interrupted the socket, and may have restarted.</summary>
    public bool WasDisconnected { get; private set; }

    /// <summary>We interrupted it because it made no progress.</summary>
    public bool Stalled { get; set; }

    public void Accept(DateTimeOffset now)
    {
        lock (_gate)
            AcceptedAt ??= now;
    }

    public void Apply(ComfyUiMessage message, DateTimeOffset receivedAt)
    {
        lock (_gate)
        {
            if (_left.Task.IsCompleted)
                return;
            LastHeardAt = receivedAt;
            Begin(receivedAt);
            Heard?.Invoke();
            Collect(message);
            if (message is not PreviewFrame preview || !_outputs.Add(preview))
                Publish(translator.Apply(message, receivedAt), receivedAt);
            if (message is ExecutionEnded)
            {
                EndWasReported = true;
                _left.TrySetResult();
            }
        }
    }

    /// <summary>Compares it with the polled queue. A single absence may be a race with the end of the prompt; the history decides.</summary>
    public void Observe(QueueSnapshot queue, DateTimeOffset askedAt)
    {
        lock (_gate)
        {
            if (queue.Find(PromptId) is { } item)
            {
                AcceptedAt ??= askedAt;
                if (queue.Running.Contains(item))
                    Begin(askedAt);
                else if (RunningSince is null)
                    WaitsBehind?.Invoke(queue.Running.Count + queue.Pending.TakeWhile(i => i != item).Count());
                translator.Expect(item.Outputs);
            }
            else if (AcceptedAt < askedAt && !MayBeInTheSocket(askedAt))
            {
                _left.TrySetResult();
            }
        }
    }

    /// <summary>The reconnect hint: this node is running now.</summary>
    public void Hint(NodeExecuting node, DateTimeOffset receivedAt)
    {
        lock (_gate)
        {
            // No sign of life: ComfyUI sends it to every new connection, even for a node that hangs.
            if (_left.Task.IsCompleted)
                return;
            Begin(receivedAt);
            Publish(translator.Apply(node, receivedAt), receivedAt);
        }
    }

    /// <summary>After a reconnect, something may have been missed.</summary>
    public void Reconnected()
    {
        lock (_gate)
        {
            HadGap |= AcceptedAt is not null;
        }
    }

    public void Disconnected()
    {
        lock (_gate)
            WasDisconnected |= AcceptedAt is not null;
    }

    /// <summary>It was reported as ended, by a node that sends ComfyUI's frames itself, but is still in the queue.</summary>
    public void Return()
    {
        lock (_gate)
            (_left, EndWasReported) = (NewLeft(), false);
    }

    public void GiveUp(GenerationError error)
    {
        lock (_gate)
        {
            if (_left.TrySetResult())
                Lost = error;
        }
    }

    /// <summary>ComfyUI accepted the prompt without these outputs.</summary>
    public void LeaveOut(PromptRejection rejection)
    {
        lock (_gate)
        {
            foreach (var warning in GenerationErrors.LeftOut(rejection))
                Warn(warning);
        }
    }

    /// <inheritdoc cref="CollectedOutputs.With"/>
    public PromptOutputs Outputs(PromptHistory? history)
    {
        lock (_gate)
            return _outputs.With(history) with { Warnings = [.. _warnings] };
    }

    /// <summary>Whether results that only the socket carries may still be on their way.</summary>
    private bool MayBeInTheSocket(DateTimeOffset askedAt)
    {
        var lastSign = LastHeardAt > AcceptedAt ? LastHeardAt : AcceptedAt;
        return SendsImages && !HadGap && !WasDisconnected && askedAt - lastSign < SocketLag;
    }

    private static TaskCompletionSource NewLeft() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Begin(DateTimeOffset at)
    {
        Waiting = false;
        if (RunningSince is not null)
            return;
        RunningSince = at;
        Begun?.Invoke();
    }

    private void Collect(ComfyUiMessage message)
    {
        switch (message)
        {
            case ExecutionCached cached:
                _outputs.Cached(cached.Nodes);
                break;
            case NodeExecuted executed:
                _outputs.Add(executed);
                break;
            case ExecutionFailed { Exception: { IsBlocker: true } blocker }:
                Warn(GenerationErrors.Blocked(blocker, graph));
                break;
            case ExecutionSucceeded or ExecutionFailed or ExecutionInterrupted:
                End = message;
                break;
        }
    }

    private void Warn(GenerationWarning warning)
    {
        if (_warnings.Count < MaxWarnings)
            _warnings.Add(warning);
    }

    private void Publish(IReadOnlyList<TranslatedEvent> events, DateTimeOffset receivedAt)
    {
        foreach (var translated in events)
            publish(translated, receivedAt);
    }
}
