namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>A heartbeat a second, and a last one that gives everything up.</summary>
internal sealed class Heartbeats(LeaseKeeper leases, ActiveGenerations active, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WorkTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // What does not end by then ends with the process, and the API takes it back: that is no reason to end with an error.
        await active.StopAsync().WaitAsync(WorkTimeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(LeaveTimeout);
        await leases.BeatAsync(leaving: true, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var (tick, soon) = (timer.WaitForNextTickAsync(stoppingToken).AsTask(), leases.SoonAsync(stoppingToken));
        while (!stoppingToken.IsCancellationRequested)
        {
            await leases.BeatAsync(leaving: false, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var due = await Task.WhenAny(tick, soon);
            await due;
            if (due == soon)
                soon = leases.SoonAsync(stoppingToken);
            else
                tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        }
    }
}
