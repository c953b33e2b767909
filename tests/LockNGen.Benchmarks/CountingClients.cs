using System.Net.WebSockets;
using LockNGen.Benchmarks.Fanout;

namespace LockNGen.Benchmarks;

/// <summary>WebSocket clients that only count the events of generations that they get.</summary>
internal sealed class CountingClients : IAsyncDisposable
{
    /// <summary>Handshakes at a time: more than a server's backlog would be refused.</summary>
    private const int ConnectingAtOnce = 32;

    private readonly CancellationTokenSource _closing = new();
    private readonly List<ClientWebSocket> _sockets = [];
    private Task[] _reading = [];
    private long _events;
    private int _busy;

    /// <summary>Events so far, of all clients.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Clients that have had an event.</summary>
    public int Busy => Volatile.Read(ref _busy);

    public async Task ConnectAsync(IReadOnlyList<Uri> addresses)
    {
        _sockets.AddRange(addresses.Select(_ => new ClientWebSocket()));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, addresses.Count),
            new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce },
            async (i, cancellationToken) => await _sockets[i].ConnectAsync(addresses[i], cancellationToken));
        _reading = [.. _sockets.Select(s => ReadAsync(s, _closing.Token))];
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_reading);
        _sockets.ForEach(s => s.Dispose());
        _closing.Dispose();
    }

    private async Task ReadAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 14];
        var isBusy = false;
        try
        {
            while (true)
            {
                var json = (await socket.ReadMessageAsync(buffer, cancellationToken)).Span;
                if (!json.StartsWith("{\"type\":\"generation."u8) || json.StartsWith("{\"type\":\"generation.snapshot"u8))
                    continue;
                Interlocked.Increment(ref _events);
                if (!isBusy && json.StartsWith("{\"type\":\"generation.progress"u8))
                {
                    isBusy = true;
                    Interlocked.Increment(ref _busy);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The end of the benchmark, or of the server; what did not arrive is not counted.
        }
    }
}
