using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// One ComfyUI server, as generations use it. It is always polled; while this process owns it, its sockets are read as well.
/// </summary>
internal sealed partial class ComfyUiInstance
{
    private readonly ComfyUiInstanceOptions _settings;
    private readonly TimeSpan _requestTimeout;
    private readonly ILogger _logger;
    private readonly ComfyUiClient _client;
    private readonly HoldBack _holdBack;
    private readonly InstanceHealth _health;
    private readonly InstanceSockets _sockets;
    private readonly WorkerCheck _workerCheck;
    private readonly InstancePoll _poll;

    public ComfyUiInstance(ComfyUiInstanceOptions settings, InstanceServices services)
    {
        var options = services.Options;
        _settings = settings;
        _requestTimeout = options.RequestTimeout;
        _logger = services.Logger;
        var access = new ServerAccess(settings.Address!, settings, services.Loop);
        _client = services.CreateClient(access);
        _holdBack = new HoldBack(services.Clock);
        Catalog = new CatalogReader(Name, _client, options.CatalogInterval, services.Clock, services.Commands, _logger);
        _health = new InstanceHealth(options, services.Clock.GetUtcNow());
        _sockets = new InstanceSockets(Name, access, services, Poke);
        _workerCheck = new WorkerCheck(Name, _client, options, services.Clock, _logger);
        _poll = new InstancePoll(Name, access.Server, _client, _health, _sockets, _workerCheck, services);
    }

    public string Name => _settings.DisplayName;

    /// <summary>The secrets of a prompt: the submitter's, and the server's own partner key if there is none.</summary>
    public IReadOnlyDictionary<string, string> WithPartnerKey(IReadOnlyDictionary<string, string> secrets) =>
        _settings.PartnerKey is not { Length: > 0 } key || secrets.ContainsKey(PromptExtraData.PartnerKey)
            ? secrets
            : new Dictionary<string, string>(secrets) { [PromptExtraData.PartnerKey] = key };

    public CatalogReader Catalog { get; }

    /// <inheritdoc cref="InstancePoll.Version"/>
    public string? Version => _poll.Version;

    public InstanceState State => _health.State == InstanceState.Up && _holdBack.Reason is not null ? InstanceState.Down : _health.State;

    /// <inheritdoc cref="InstanceHealth.IsBusy"/>
    public bool IsBusy => _health.IsBusy;

    public int QueueRemaining => _health.QueueRemaining;

    /// <summary>Whether the last answered heartbeat assigned the server to this process.</summary>
    public bool Owned => _sockets.OwnClientId is not null;

    /// <inheritdoc cref="InstanceHealth.IsKnown"/>
    public bool IsKnown => _health.IsKnown;

    /// <summary>Set once what the server was rendering has to be given up.</summary>
    public GenerationError? GivenUp => _health.GivenUp;

    /// <inheritdoc cref="InstanceSockets.Losses"/>
    public int Losses => _sockets.Losses;

    /// <summary>The client id to submit under.</summary>
    /// <exception cref="StaleAttemptException">The server is not ours any more.</exception>
    public string ClientId => _sockets.OwnClientId ?? throw new StaleAttemptException();

    public InstanceReport Report()
    {
        var (code, reason) = Reason();
        return new InstanceReport
        {
            Name = Name,
            Labels = _settings.Labels.AsReadOnly(),
            Capacity = _settings.Capacity,
            State = State,
            Reason = reason,
            ReasonCode = code,
            Version = Version,
            QueueRemaining = QueueRemaining,
            OthersRemaining = _poll.OthersRemaining,
            CatalogHash = Catalog.Current?.Hash,
            CatalogAgeSeconds = Catalog.Age?.TotalSeconds,
        };
    }

    /// <summary>Acquires or releases the server: only its owner may have a socket to it.</summary>
    public void SetOwned(bool owned)
    {
        if (owned == Owned)
            return;
        if (owned)
        {
            LogTaken(Name);
            _sockets.Take();
        }
        else
        {
            LogReleased(Name);
            _sockets.Release();
        }

        Poke();
    }

    /// <summary>Calls the server on behalf of a generation, until the server is given up.</summary>
    /// <exception cref="GenerationEndedException">The server was given up.</exception>
    public async Task<T> CallAsync<T>(Func<ComfyUiClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _poll.ServerLost);
        try
        {
            return await call(_client, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GenerationEndedException(new GenerationOutcome.Lost(GivenUp ?? InstanceHealth.Gone));
        }
    }

    /// <inheritdoc cref="CallAsync{T}"/>
    public Task CallAsync(Func<ComfyUiClient, CancellationToken, Task> call, CancellationToken cancellationToken) => CallAsync(
        async (client, token) =>
        {
            await call(client, token);
            return true;
        },
        cancellationToken);

    /// <summary>Has a prompt removed from the queue, or interrupted if it is running. From then on, the instance checks whether the interrupt takes effect.</summary>
    /// <exception cref="GenerationEndedException">The server was given up.</exception>
    public async Task StopAsync(TrackedPrompt prompt, CancellationToken cancellationToken)
    {
        var running = !prompt.Waiting;
        await CallAsync((client, token) => client.StopAsync(prompt.PromptId, running, token), cancellationToken);
        if (running)
            _workerCheck.Interrupted(prompt.PromptId);
    }

    /// <summary>Follows a prompt until disposed, on the socket of its submitter.</summary>
    public IDisposable Follow(TrackedPrompt prompt)
    {
        _sockets.Follow(prompt);
        if (_health.GivenUp is { } error)
            prompt.GiveUp(error);
        return new Following(_sockets, prompt);
    }

    /// <summary>The server has assigned the prompt an id of its own.</summary>
    public void Renumber(TrackedPrompt prompt, string promptId) => _sockets.Renumber(prompt, promptId);

    /// <summary>Why there is no live progress; null if WebSockets get through, as far as is known.</summary>
    public string? NoSocketReason => _sockets.Refusal is { } refusal ? $"the WebSocket of {Name} does not get through ({refusal.Message})" : null;

    /// <summary>Something in front of the server refused a submission: other servers get the work for a while.</summary>
    public void NoteRefusal(UnusableServerException refusal)
    {
        _holdBack.Refused(refusal);
        LogHeldBack(Name, refusal.Message);
    }

    /// <summary>The server accepted a prompt.</summary>
    public void NoteTaken() => _holdBack.Taken();

    /// <summary>
    /// Waits briefly for the socket that will report on a prompt. Without it the prompt is not lost, only followed through its history.
    /// </summary>
    public Task WaitForSocketAsync(string clientId, CancellationToken cancellationToken) =>
        _sockets.WaitUntilConnectedAsync(clientId, _requestTimeout, cancellationToken);

    /// <summary>Whether the server may have restarted, and forgotten this prompt, since it was followed.</summary>
    public bool MayHaveForgotten(TrackedPrompt prompt) => prompt.WasDisconnected || !_sockets.IsConnected(prompt.ClientId);

    /// <summary>Polls soon instead of at the next interval.</summary>
    public void Poke() => _poll.Poke();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var catalog = Catalog.RunAsync(() => _health.State == InstanceState.Up, cancellationToken);
        await _poll.RunAsync(cancellationToken);
        LogStopped(Name);
        _sockets.Release();
        await Task.WhenAll(_sockets.ClosedAsync(), catalog);
    }

    private (string? Code, string? Reason) Reason()
    {
        if (_health.State != InstanceState.Up)
            return (_health.ReasonCode, _health.Reason);
        if (_holdBack.Reason is { } refusal)
            return (refusal.ReasonCode, $"{refusal.Message}; nothing is submitted for a while");
        return _sockets.Refusal is { } noSocket
            ? (InstanceReasonCodes.NoWebSocket, $"no WebSocket, so it works without live progress: {noSocket.Message}")
            : (null, null);
    }

    private sealed class Following(InstanceSockets sockets, TrackedPrompt prompt) : IDisposable
    {
        public void Dispose() => sockets.Unfollow(prompt);
    }

    [LoggerMessage(LogLevel.Information, "{Instance} is ours")]
    private partial void LogTaken(string instance);

    [LoggerMessage(LogLevel.Warning, "{Instance} is not ours any more")]
    private partial void LogReleased(string instance);

    [LoggerMessage(LogLevel.Warning, "{Instance} gets no work for a while: {Reason}")]
    private partial void LogHeldBack(string instance, string reason);

    [LoggerMessage(LogLevel.Information, "Stopped watching {Instance}")]
    private partial void LogStopped(string instance);
}
