namespace LockNGen.Hosting.Resilience;

/// <summary>
/// A read shared by concurrent callers. No one gets a result read before they asked: a caller that arrives during a read
/// waits for the next one.
/// </summary>
public sealed class SharedRead<T>(Func<Task<T>> read)
{
    private readonly Lock _lock = new();
    private Task<T>? _running;
    private Task<T>? _next;

    /// <summary>The state at the time of this call, or later. The token cancels the wait, not the read.</summary>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_running is null)
                return (_running = RunAsync()).WaitAsync(cancellationToken);
            return (_next ??= RunAfterAsync(_running)).WaitAsync(cancellationToken);
        }
    }

    private async Task<T> RunAfterAsync(Task earlier)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await RunAsync();
    }

    private async Task<T> RunAsync()
    {
        // Not while the caller holds the lock.
        await Task.Yield();
        try
        {
            return await read();
        }
        finally
        {
            lock (_lock)
                (_running, _next) = (_next, null);
        }
    }
}
