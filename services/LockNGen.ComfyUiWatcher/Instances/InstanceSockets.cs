using System.Collections.Concurrent;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// What one server's sockets report about our prompts, compared with its queue. A prompt is reported on the socket of the client that
/// submitted it: our own, or a predecessor's if its prompt was adopted.
/// </summary>
internal sealed class InstanceSockets
{
    /// <summary>Silence is noticed with at most this delay.</summary>
    private static readonly TimeSpan SilenceTick = TimeSpan.FromMilliseconds(250);

    private readonly InstanceListeners _listeners;
    private readonly TimeSpan _silentAfter;
    private readonly TimeProvider _clock;
    private readonly Action _changed;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TrackedPrompt> _prompts = new();
    private readonly ConcurrentDictionary<string, DeafnessDetector> _detectors = new();
    private (string ClientId, NodeExecuting Node)? _hint;
    private int _losses;
    private long _statusFrames;
    private long _lastWorkTicks;

    /// <summary>Opens nothing before the server is ours.</summary>
    /// <param name="instance">The server's name.</param>
    /// <param name="access">How to reach it.</param>
    /// <param name="services">The services that listeners use.</param>
    /// <param name="changed">Called when the queue should be polled soon.</param>
    public InstanceSockets(string instance, ServerAccess access, InstanceServices services, Action changed)
    {
        _silentAfter = services.Options.SilentAfter;
        _clock = services.Clock;
        _changed = changed;
        _listeners = new InstanceListeners(id => new ComfyUiListener(
            instance, access, id, services.Listening, OnMessage, OnLost, services.Clock, services.Metrics, services.Logger));
    }

    /// <summary>The id under which we submit; null while the server is not ours.</summary>
    public string? OwnClientId { get; private set; }

    /// <summary>Why WebSockets do not get through to the server; null if they do, as far as is known.</summary>
    public UnusableServerException? Refusal => _listeners.All.FirstOrDefault(l => l.ClientId == OwnClientId)?.Refusal;

    /// <summary>How often the server has closed a connection: each time it may have restarted.</summary>
    public int Losses => Volatile.Read(ref _losses);

    /// <summary>Whether anything was reported about a prompt since <see cref="NoSignOfWork"/>: then the worker is alive.</summary>
    public bool Works { get; private set; }

    /// <summary>When any socket last received something.</summary>
    public DateTimeOffset? LastHeardAt => _listeners.All.Select(l => (DateTimeOffset?)l.LastHeardAt).Max();

    /// <summary>When something was last reported about any prompt.</summary>
    public DateTimeOffset? LastWorkAt => Volatile.Read(ref _lastWorkTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>How often the server has announced that its queue has changed.</summary>
    public long StatusFrames => Volatile.Read(ref _statusFrames);

    public ICollection<TrackedPrompt> Prompts => _prompts.Values;

    public void Take()
    {
        lock (_gate)
            OpenOwn();
    }

    public void Release()
    {
        lock (_gate)
        {
            OwnClientId = null;
            _listeners.CloseAll();
        }
    }

    /// <summary>Follows a prompt under the id that the server assigned.</summary>
    public void Renumber(TrackedPrompt prompt, string promptId)
    {
        _prompts.TryRemove(KeyValuePair.Create(prompt.PromptId, prompt));
        prompt.PromptId = promptId;
        _prompts[promptId] = prompt;
    }

    /// <summary>Completes when every connection that was released has ended.</summary>
    public Task ClosedAsync() => _listeners.ClosedAsync();

    public void Follow(TrackedPrompt prompt)
    {
        _prompts[prompt.PromptId] = prompt;
        _listeners.Open(prompt.ClientId);
    }

    public void Unfollow(TrackedPrompt prompt)
    {
        _prompts.TryRemove(KeyValuePair.Create(prompt.PromptId, prompt));
        if (prompt.ClientId != OwnClientId && !_prompts.Values.Any(p => p.ClientId == prompt.ClientId))
        {
            _listeners.Close(prompt.ClientId);
            _detectors.TryRemove(prompt.ClientId, out _);
        }
    }

    public bool Follows(string promptId) => _prompts.ContainsKey(promptId);

    /// <summary>The prompts that the server has accepted and whose end is not known.</summary>
    public IEnumerable<string> Awaited => _prompts.Values.Where(p => p.AcceptedAt is not null && !p.Left.IsCompleted).Select(p => p.PromptId);

    /// <inheritdoc cref="ComfyUiListener.WaitUntilConnectedAsync"/>
    public Task WaitUntilConnectedAsync(string clientId, TimeSpan timeout, CancellationToken cancellationToken) =>
        _listeners.Open(clientId).WaitUntilConnectedAsync(timeout, cancellationToken);

    public bool IsConnected(string clientId) => _listeners.Open(clientId).Connected;

    /// <summary>Whether a socket may be deaf, so that the queue should be polled again soon.</summary>
    public bool IsDoubtful => _detectors.Values.Any(d => d.IsDoubtful);

    /// <summary>Completes when a socket has been silent for too long, so that the queue should be polled.</summary>
    public async Task SilenceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = _clock.GetUtcNow();
            var wait = _listeners.All.Min(l => _detectors.GetValueOrDefault(l.ClientId)?.OverdueAt(l.State, now)) - now;
            if (wait <= TimeSpan.Zero)
                return;
            // What is expected changes with the next poll only, and what arrives in the meantime makes it later.
            await Task.Delay(wait is null ? Timeout.InfiniteTimeSpan : wait > SilenceTick ? wait.Value : SilenceTick, _clock, cancellationToken);
        }
    }

    public void NoSignOfWork() => Works = false;

    public void Compare(QueueSnapshot queue, DateTimeOffset askedAt)
    {
        RenewIdentity();
        GiveHint(queue);
        foreach (var prompt in _prompts.Values)
            prompt.Observe(queue, askedAt);
        foreach (var listener in _listeners.All)
            RenewIfDeaf(listener, queue);
    }

    // The hint of a new connection names a node but no prompt: it is about the running one, if that was submitted under this client id.
    private void GiveHint(QueueSnapshot queue)
    {
        (string ClientId, NodeExecuting Node)? hint;
        lock (_gate)
            (hint, _hint) = (_hint, null);
        if (hint is { } given && queue.Running is [var running, ..] && _prompts.TryGetValue(running.PromptId, out var prompt)
            && prompt.ClientId == given.ClientId)
        {
            prompt.Hint(given.Node, _clock.GetUtcNow());
        }
    }

    private void RenewIfDeaf(ComfyUiListener listener, QueueSnapshot queue)
    {
        var running = queue.Running.Select(r => _prompts.GetValueOrDefault(r.PromptId)).FirstOrDefault(p => p?.ClientId == listener.ClientId);
        var expects = running is null ? ExpectedFrames.None : running.SendsImages ? ExpectedFrames.Irreplaceable : ExpectedFrames.Replaceable;
        var detector = _detectors.GetOrAdd(listener.ClientId, _ => new DeafnessDetector(_silentAfter));
        if (detector.IsDeaf(listener.State, queue, expects, _clock.GetUtcNow()))
            listener.Renew();
    }

    // The server may still consider a broken connection open, and its late end would make the next one of the same id deaf. With nothing
    // in flight a new id avoids that.
    private void RenewIdentity()
    {
        lock (_gate)
        {
            if (OwnClientId is { } id && _listeners.All.FirstOrDefault(l => l.ClientId == id) is { Connected: false, BrokenAt: not null }
                && !_prompts.Values.Any(p => p.ClientId == id))
            {
                _listeners.Close(id);
                _detectors.TryRemove(id, out _);
                OpenOwn();
            }
        }
    }

    private void OpenOwn()
    {
        OwnClientId = $"lockngen-{Guid.NewGuid():n}";
        _listeners.Open(OwnClientId);
    }

    private void OnMessage(ComfyUiListener listener, ComfyUiMessage message, DateTimeOffset receivedAt)
    {
        if (message.TellsOfWork)
            Volatile.Write(ref _lastWorkTicks, receivedAt.UtcTicks);
        switch (message)
        {
            case QueueStatus status:
                Interlocked.Increment(ref _statusFrames);
                if (status.ClientId is not null)
                    ForEach(listener, p => p.Reconnected());
                _changed();
                break;
            case NodeExecuting { PromptId: null } hint:
                lock (_gate)
                    _hint = (listener.ClientId, hint);
                _changed();
                break;
            case { PromptId: { } id }:
                Works = true;
                if (_prompts.TryGetValue(id, out var followed))
                    followed.Apply(message, receivedAt);
                break;
        }
    }

    private void OnLost(ComfyUiListener listener)
    {
        Interlocked.Increment(ref _losses);
        ForEach(listener, p => p.Disconnected());
    }

    private void ForEach(ComfyUiListener listener, Action<TrackedPrompt> action)
    {
        foreach (var prompt in _prompts.Values.Where(p => p.ClientId == listener.ClientId))
            action(prompt);
    }
}
