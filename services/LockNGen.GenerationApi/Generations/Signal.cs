namespace LockNGen.GenerationApi.Generations;

/// <summary>Wakes one waiting loop; any number of signals before it wakes count as one.</summary>
internal class Signal(TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Wakes the loop, now or at its next wait.</summary>
    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set: that signal covers this one too.
        }
    }

    /// <summary>Waits for a signal, at most <paramref name="timeout"/>.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _set.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    public void Dispose()
    {
        _set.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Something changed that the scheduler may act on: a submission, an end, an instance.</summary>
internal sealed class SchedulerSignal(TimeProvider clock) : Signal(clock);

/// <summary>There is something to publish.</summary>
internal sealed class OutboxSignal(TimeProvider clock) : Signal(clock);
