using System.Collections.Concurrent;
using System.Net.Sockets;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// One ComfyUI server. Polls it, whoever owns it; while this process does, it also listens to it, and compares what the socket says with
/// what the queue says: after each connect, when the queue changes, and every few seconds.
/// </summary>
internal sealed partial class ComfyUiInstance
{
    private static readonly TimeSpan PollSpacing = TimeSpan.FromMilliseconds(200);

    private readonly ComfyUiInstanceOptions _settings;
    private readonly ComfyUiOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly InstanceHealth _health;
    private readonly InstanceListeners _listeners;
    private readonly WorkerCheck _workerCheck;
    private readonly OrphanedPrompts _orphans;
    private readonly OtherPrompts _others;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, PromptRun> _prompts = new();
    private readonly ConcurrentDictionary<string, DeafnessDetector> _detectors = new();
    private TaskCompletionSource _poke = NewPoke();
    private NodeExecuting? _hint;
    private string? _ownClientId;
    private int _losses;
    private volatile bool _works;

    public ComfyUiInstance(ComfyUiInstanceOptions settings, InstanceServices services)
    {
        _settings = settings;
        _options = services.Options;
        _clock = services.Clock;
        _logger = services.Logger;
        Client = services.CreateClient(settings.Server!);
        Catalog = new CatalogReader(Name, Client, _options.CatalogInterval, _clock, services.Commands, _logger);
        _health = new InstanceHealth(_options, _clock.GetUtcNow());
        _workerCheck = new WorkerCheck(Name, Client, _options.SilentAfter, _options.StalledAfter, _logger);
        _orphans = new OrphanedPrompts(this, _options.OrphanedAfter, _clock, _logger);
        _others = new OtherPrompts(this, services.Publisher, _clock, _logger);
        _listeners = new InstanceListeners(id =>
            new ComfyUiListener(Name, settings.Server!, id, _options.RequestTimeout, OnMessage, _clock, services.Metrics, _logger));
    }

    public string Name => _settings.DisplayName;

    public ComfyUiClient Client { get; }

    public CatalogReader Catalog { get; }

    public string? Version { get; private set; }

    /// <summary>Whether the last heartbeat that was answered left the server to this process.</summary>
    public bool Owned => _ownClientId is not null;

    /// <summary>Set once what the server was rendering has to be given up.</summary>
    public GenerationError? GivenUp => _health.GivenUp;

    public InstanceReport Report() => new()
    {
        Name = Name,
        Labels = _settings.Labels.AsReadOnly(),
        Capacity = _settings.Capacity,
        State = _health.State,
        Reason = _health.Reason,
        Version = Version,
        QueueRemaining = _health.QueueRemaining,
        CatalogHash = Catalog.Current?.Hash,
    };

    /// <summary>Takes the server, or lets it go: only its owner may have a socket to it.</summary>
    public void SetOwned(bool owned)
    {
        lock (_gate)
        {
            if (owned == Owned)
                return;
            if (owned)
            {
                LogTaken(Name);
                OpenOwnSocket();
            }
            else
            {
                LogReleased(Name);
                _ownClientId = null;
                _listeners.CloseAll();
            }
        }

        Poke();
    }

    /// <summary>The client id to submit under.</summary>
    /// <exception cref="StaleAttemptException">The server is not ours any more.</exception>
    public string ClientId => _ownClientId ?? throw new StaleAttemptException();

    /// <summary>Follows a prompt until disposed, on the socket of whoever submitted it.</summary>
    public IDisposable Follow(PromptRun prompt)
    {
        _prompts[prompt.PromptId] = prompt;
        _listeners.Open(prompt.ClientId);
        if (_health.GivenUp is { } error)
            prompt.GiveUp(error);
        return new Following(this, prompt);
    }

    public bool Follows(string promptId) => _prompts.ContainsKey(promptId);

    /// <summary>
    /// Waits a little for the socket that will tell about a prompt. Without it the prompt is not lost, only watched by its history.
    /// </summary>
    public Task WaitForSocketAsync(string clientId, CancellationToken cancellationToken) =>
        _listeners.Open(clientId).WaitUntilConnectedAsync(_options.RequestTimeout, cancellationToken);

    /// <summary>Whether the server has ended the connection that told about this prompt since it was followed: it may have restarted.</summary>
    public bool WasLost(PromptRun prompt) => prompt.HadGap || !_listeners.Open(prompt.ClientId).Connected;

    /// <summary>Polls soon instead of at the next interval.</summary>
    public void Poke() => _poke.TrySetResult();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var catalog = Catalog.RunAsync(() => _health.State == InstanceState.Up, cancellationToken);
        var others = _others.RunAsync(cancellationToken);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await PollAsync(cancellationToken);
                await Task.Delay(PollSpacing, _clock, cancellationToken);
                await WaitForPokeAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(Name);
        }

        foreach (var prompt in _prompts.Values)
            prompt.GiveUp(GenerationErrors.Error(GenerationErrorCodes.ComfyUiLost, "The ComfyUI server is not there any more.", retryable: true));
        _listeners.CloseAll();
        await Task.WhenAll(_listeners.ClosedAsync(), catalog, others);
    }

    private async Task WaitForPokeAsync(CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_poke.Task, Task.Delay(_options.PollInterval, _clock, wait.Token));
        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (_poke.Task.IsCompleted)
            _poke = NewPoke();
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var before = _health.State;
        try
        {
            var askedAt = _clock.GetUtcNow();
            var queue = await Client.GetQueueAsync(cancellationToken);
            NoticeRestart();
            _health.Answered(queue, _clock.GetUtcNow());
            if (before != InstanceState.Up || Version is null)
                Version = await Client.GetVersionAsync(cancellationToken);
            if (Owned)
                await CompareAsync(queue, askedAt, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever one server answers, the others are watched on.
            var heard = _listeners.All.Select(l => (DateTimeOffset?)l.LastHeardAt).Max();
            _health.Failed(e.Message, IsRefused(e), heard, _clock.GetUtcNow());
        }

        if (_health.State != before)
            LogState(_health.State == InstanceState.Up ? LogLevel.Information : LogLevel.Warning, Name, _health.State, _health.Reason);
        if (_health.GivenUp is { } error)
        {
            foreach (var prompt in _prompts.Values)
                prompt.GiveUp(error);
        }
    }

    private async Task CompareAsync(QueueSnapshot queue, DateTimeOffset askedAt, CancellationToken cancellationToken)
    {
        RenewIdentity();
        if (Interlocked.Exchange(ref _hint, null) is { } hint && queue.Running is [var running, ..]
            && _prompts.TryGetValue(running.PromptId, out var hinted))
        {
            hinted.Hint(hint, askedAt);
        }

        foreach (var prompt in _prompts.Values)
            prompt.Observe(queue, askedAt);
        foreach (var listener in _listeners.All)
            RenewIfDeaf(listener, queue);
        foreach (var prompt in _prompts.Values.Where(p => !p.Waiting && queue.Running.Any(r => r.PromptId == p.PromptId)))
            await CheckWorkerAsync(prompt, cancellationToken);
        await _orphans.SweepAsync(queue, cancellationToken);
        if (_options.WatchOthers)
            _others.Observe(queue);
    }

    private void RenewIfDeaf(ComfyUiListener listener, QueueSnapshot queue)
    {
        var expectsEvents = queue.Running.Any(r => _prompts.TryGetValue(r.PromptId, out var p) && p.ClientId == listener.ClientId);
        var detector = _detectors.GetOrAdd(listener.ClientId, _ => new DeafnessDetector(_options.SilentAfter));
        if (detector.IsDeaf(listener, queue, expectsEvents, _clock.GetUtcNow()))
            listener.Renew();
    }

    private async Task CheckWorkerAsync(PromptRun prompt, CancellationToken cancellationToken)
    {
        if (await _workerCheck.FindDeathAsync(prompt, _clock.GetUtcNow(), cancellationToken) is not { } reason)
            return;
        _works = false;
        _health.WorkerDied(reason, prompt.PromptId);
    }

    private void NoticeRestart()
    {
        var losses = _listeners.All.Sum(l => l.Losses);
        if (losses > _losses || _works)
            _health.Revived();
        _losses = losses;
    }

    // A connection that broke may still be open for the server, and its late end would deafen the next one of the same id. With nothing
    // in flight a new id avoids that.
    private void RenewIdentity()
    {
        lock (_gate)
        {
            if (_ownClientId is { } id && _listeners.All.FirstOrDefault(l => l.ClientId == id) is { Connected: false, Losses: > 0 }
                && !_prompts.Values.Any(p => p.ClientId == id))
            {
                _listeners.Close(id);
                OpenOwnSocket();
            }
        }
    }

    private void OpenOwnSocket()
    {
        var id = $"lockngen-{Guid.NewGuid():n}";
        _ownClientId = id;
        _listeners.Open(id);
    }

    private void OnMessage(ComfyUiListener listener, ComfyUiMessage message, DateTimeOffset receivedAt)
    {
        switch (message)
        {
            case QueueStatus status:
                if (status.ClientId is not null)
                {
                    foreach (var prompt in _prompts.Values.Where(p => p.ClientId == listener.ClientId))
                        prompt.Reconnected();
                }

                Poke();
                break;
            case NodeExecuting { PromptId: null } hint:
                _hint = hint;
                Poke();
                break;
            case { PromptId: { } id }:
                _works = true;
                if (_prompts.TryGetValue(id, out var followed))
                    followed.Apply(message, receivedAt);
                break;
        }
    }

    private void Unfollow(PromptRun prompt)
    {
        _prompts.TryRemove(KeyValuePair.Create(prompt.PromptId, prompt));
        _workerCheck.Forget(prompt.PromptId);
        if (prompt.ClientId != _ownClientId && !_prompts.Values.Any(p => p.ClientId == prompt.ClientId))
        {
            _listeners.Close(prompt.ClientId);
            _detectors.TryRemove(prompt.ClientId, out _);
        }
    }

    private static TaskCompletionSource NewPoke() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool IsRefused(Exception exception) => exception is HttpRequestException
    {
        InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.NoData },
    };

    private sealed class Following(ComfyUiInstance instance, PromptRun prompt) : IDisposable
    {
        public void Dispose() => instance.Unfollow(prompt);
    }

    [LoggerMessage(LogLevel.Information, "{Instance} is ours")]
    private partial void LogTaken(string instance);

    [LoggerMessage(LogLevel.Warning, "{Instance} is not ours any more")]
    private partial void LogReleased(string instance);

    [LoggerMessage(LogLevel.Information, "Stopped watching {Instance}")]
    private partial void LogStopped(string instance);

    [LoggerMessage("{Instance} is now {State} {Reason}")]
    private partial void LogState(LogLevel level, string instance, InstanceState state, string? reason);
}
