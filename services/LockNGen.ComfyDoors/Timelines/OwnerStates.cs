using System.Collections.Concurrent;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Stories;

/// <summary>The desks of all owners that have come to this door, and what has to be done for them now and then.</summary>
internal sealed partial class Desks(GenerationApiClient api, IOptions<DoorOptions> options, TimeProvider clock, ILogger<Desks> logger) : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, OwnerDesk> _desks = new(StringComparer.Ordinal);

    /// <summary>The desk of a caller.</summary>
    public OwnerDesk Of(DoorCaller caller)
    {
        var desk = _desks.GetOrAdd(caller.Owner, _ => new OwnerDesk(caller, api, options.Value, clock));
        desk.Use(caller);
        return desk;
    }

    /// <summary>The desk of an owner who has come to this door.</summary>
    public OwnerDesk? Find(string? owner) => _desks.GetValueOrDefault(owner ?? "");

    /// <summary>All of them.</summary>
    public IEnumerable<OwnerDesk> All => _desks.Values;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(options.Value.StatusInterval, desk =>
        {
            desk.Beat();
            return Task.CompletedTask;
        }, stoppingToken),
        RepeatAsync(options.Value.ReconcileInterval, desk => desk.IsWatched ? desk.ReconcileAsync(stoppingToken) : Task.CompletedTask, stoppingToken),
        RepeatAsync(SweepInterval, SweepAsync, stoppingToken));

    private async Task RepeatAsync(TimeSpan interval, Func<OwnerDesk, Task> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var desk in _desks.Values)
            {
                try
                {
                    await work(desk);
                }
                catch (ApiException e)
                {
                    LogNotCompared(e.Message);
                }
            }
        }
    }

    private Task SweepAsync(OwnerDesk desk)
    {
        desk.Sweep();
        if (desk.IsForgotten)
            _desks.TryRemove(_desks.FirstOrDefault(d => d.Value == desk));
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Warning, "What clients were told could not be compared with what the GenerationApi knows: {Reason}")]
    private partial void LogNotCompared(string reason);
}
