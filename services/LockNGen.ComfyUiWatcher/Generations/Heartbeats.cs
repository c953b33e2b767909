namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>Sends a heartbeat every second, and a last one that releases everything.</summary>
internal sealed class Heartbeats(LeaseKeeper leases, ActiveGenerations active, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WorkTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // What has not ended by then ends with the process, and the API takes it back: no reason to exit with an error.
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
