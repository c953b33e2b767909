using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Reports to the API what this watcher sees and holds, and receives which servers are its own. While there is no answer, everything stays as it was:
/// no lease expires while the API or the broker is unavailable.
/// </summary>
internal sealed partial class LeaseKeeper(
    CommandClient commands,
    InstanceDirectory instances,
    ActiveGenerations active,
    Installation installation,
    IOptions<WatcherOptions> options,
    TimeProvider clock,
    ILogger<LeaseKeeper> logger) : IDisposable
{
    /// <summary>Leases last 5 seconds; an older answer may date from before this process was frozen.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(4);

    /// <summary>Heartbeats are sent every second and time out after a few; a longer pause between two means that this process was frozen.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _beating = new(1);
    private readonly SemaphoreSlim _soon = new(0, 1);
    private long? _triedAt;
    private long? _answeredAt;
    private volatile bool _wasFrozen;
    private bool _silent;

    /// <summary>The installation that owns our prompts.</summary>
    public Installation Installation { get; } = installation;

    /// <summary>Ensures, as far as possible, that the server is still ours.</summary>
    /// <exception cref="StaleAttemptException">It is not.</exception>
    public async Task ConfirmAsync(ComfyUiInstance instance, CancellationToken cancellationToken)
    {
        // Work may arrive before the answer that assigns us its server.
        if (!instance.Owned || _answeredAt is not { } at || clock.GetElapsedTime(at) >= Fresh)
            await BeatAsync(leaving: false, cancellationToken);
        // The connections did not survive the freeze either, so silence does not mean that the API or the broker is unavailable to everyone.
        while (_wasFrozen)
        {
            await Task.Delay(RetryDelay, clock, cancellationToken);
            await BeatAsync(leaving: false, cancellationToken);
        }

        if (!instance.Owned)
            throw new StaleAttemptException();
    }

    /// <summary>Requests a heartbeat ahead of time, for news that should not wait.</summary>
    public void BeatSoon()
    {
        try
        {
            _soon.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already requested.
            return;
        }
    }

    /// <summary>Completes when a heartbeat is requested ahead of time.</summary>
    public Task SoonAsync(CancellationToken cancellationToken) => _soon.WaitAsync(cancellationToken);

    /// <summary>One heartbeat.</summary>
    public async Task BeatAsync(bool leaving, CancellationToken cancellationToken)
    {
        await _beating.WaitAsync(cancellationToken);
        try
        {
            if (_triedAt is { } triedAt && clock.GetElapsedTime(triedAt) > LongestPause)
                _wasFrozen = true;
            _triedAt = clock.GetTimestamp();
            // Counted from the request: the answer may describe the state at that time.
            var askedAt = clock.GetTimestamp();
            var held = active.Held;
            var answer = await commands.RequestAsync<WatcherHeartbeat, HeartbeatAnswer>(
                BusQueues.Heartbeats,
                new WatcherHeartbeat
                {
                    Watcher = options.Value.Name,
                    Instances = instances.Reports(),
                    Held = held,
                    Leaving = leaving,
                },
                cancellationToken);
            Installation.Id = answer.InstallationId ?? Installation.Id;
            _answeredAt = askedAt;
            _wasFrozen = false;
            if (_silent)
                LogAnswered();
            _silent = false;
            if (!leaving)
                Follow(answer, held);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_silent)
                LogSilent(e.Message);
            _silent = true;
        }
        finally
        {
            _beating.Release();
        }
    }

    public void Dispose()
    {
        _beating.Dispose();
        _soon.Dispose();
    }

    private void Follow(HeartbeatAnswer answer, IReadOnlyList<HeldGeneration> held)
    {
        foreach (var instance in instances.All)
        {
            var owned = answer.Owned.Contains(instance.Name);
            if (!owned && instance.Owned)
                active.AbandonOn(instance.Name);
            instance.SetOwned(owned);
            if (answer.CatalogsWanted.Contains(instance.Name))
                instance.Catalog.Want();
            if (answer.CatalogsDoubted.Contains(instance.Name))
                instance.Catalog.Doubt();
        }

        active.Abandon(held.Where(h => answer.Abandon.Contains(h.GenerationId)));
    }

    [LoggerMessage(LogLevel.Warning, "The API does not answer heartbeats, continuing with what is ours: {Reason}")]
    private partial void LogSilent(string reason);

    [LoggerMessage(LogLevel.Information, "The API answers heartbeats")]
    private partial void LogAnswered();
}
