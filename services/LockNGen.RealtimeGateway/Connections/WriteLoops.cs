using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>The write loops of the process; each new connection belongs to the next one.</summary>
internal sealed class WriteLoops(IOptions<ConnectionOptions> options) : IDisposable
{
    private readonly WriteLoop[] _loops = [.. Enumerable
        .Range(0, options.Value.WriteThreads > 0 ? options.Value.WriteThreads : Math.Max(1, Environment.ProcessorCount / 2))
        .Select(i => new WriteLoop(i, options.Value.GatherWindow))];

    private uint _next;

    public WriteLoop Next() => _loops[Interlocked.Increment(ref _next) % (uint)_loops.Length];

    /// <inheritdoc cref="WriteLoop.Hold"/>
    public void Hold()
    {
        foreach (var loop in _loops)
            loop.Hold();
    }

    /// <inheritdoc cref="WriteLoop.Release"/>
    public void Release()
    {
        foreach (var loop in _loops)
            loop.Release();
    }

    public void Dispose()
    {
        foreach (var loop in _loops)
            loop.Dispose();
    }
}
