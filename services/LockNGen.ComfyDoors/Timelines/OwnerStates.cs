using System.Collections.Concurrent;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>The state of every owner known to this door, and their periodic work.</summary>
internal sealed partial class OwnerStates(GenerationApiClient api, IOptions<DoorOptions> options, TimeProvider clock, ILogger<OwnerStates> logger) : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, OwnerState> _owners = new(StringComparer.Ordinal);

    /// <summary>The state of a caller.</summary>
    public OwnerState Of(DoorCaller caller)
    {
        var owner = _owners.GetOrAdd(caller.Owner, _ => new OwnerState(caller, api, options.Value, clock));
        owner.Use(caller);
        return owner;
    }

    /// <summary>The state of an owner, if known to this door.</summary>
    public OwnerState? Find(string? owner) => _owners.GetValueOrDefault(owner ?? "");

    /// <summary>The states of all owners.</summary>
    public IEnumerable<OwnerState> All => _owners.Values;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(options.Value.StatusInterval, owner =>
        {
            owner.Beat();
            return Task.CompletedTask;
        }, stoppingToken),
        RepeatAsync(options.Value.ReconcileInterval, owner => owner.IsWatched ? owner.ReconcileAsync(stoppingToken) : Task.CompletedTask, stoppingToken),
        RepeatAsync(SweepInterval, SweepAsync, stoppingToken));

    private async Task RepeatAsync(TimeSpan interval, Func<OwnerState, Task> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var owner in _owners.Values)
            {
                try
                {
                    await work(owner);
                }
                catch (ApiException e)
                {
                    LogNotCompared(e.Message);
                }
            }
        }
    }

    private Task SweepAsync(OwnerState owner)
    {
        owner.Sweep();
        if (owner.IsForgotten)
            _owners.TryRemove(_owners.FirstOrDefault(d => d.Value == owner));
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Warning, "The state of clients could not be compared with the GenerationApi's: {Reason}")]
    private partial void LogNotCompared(string reason);
}
