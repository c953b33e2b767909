namespace LockNGen.ComfyDoors.Timelines;

/// <summary>One owner's short history as last returned, until a prompt ends or is hidden. Thread-safe.</summary>
internal sealed class HistoryCache(TimeProvider clock)
{
    /// <summary>For changes whose events are lost.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    private volatile Response? _response;
    private int _version;

    /// <summary>The history has changed.</summary>
    public void Clear() => Interlocked.Increment(ref _version);

    /// <summary>The last response, or a new one if the history may have changed.</summary>
    public async Task<byte[]> GetAsync(Func<Task<byte[]>> read)
    {
        var version = Volatile.Read(ref _version);
        if (_response is { } kept && kept.Version == version && clock.GetUtcNow() - kept.At < MaxAge)
            return kept.Json;
        var json = await read();
        _response = new Response(version, clock.GetUtcNow(), json);
        return json;
    }

    private sealed record Response(int Version, DateTimeOffset At, byte[] Json);
}
