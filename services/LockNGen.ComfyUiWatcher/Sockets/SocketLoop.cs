using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LockNGen.ComfyUiWatcher.Sockets;

/// <summary>
/// One thread that waits for all sockets it has opened, and runs whoever awaits a read of one. .NET's own loop hands each socket to the thread pool, and
/// waking a thread for each of ComfyUI's small frames costs more than reading, translating and publishing it. So nothing that follows a read may block.
/// </summary>
internal sealed class SocketLoop : IDisposable
{
    /// <summary>
    /// The least time between two rounds: ComfyUI sends three frames for a step, and those of several servers come together, so a busy loop wakes less often,
    /// and what a round publishes leaves in one write. An idle loop wakes at once.
    /// </summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(1);

    private readonly Action<Action> _together;
    private readonly Epoll _epoll = new();
    private readonly ConcurrentDictionary<long, LoopStream> _streams = new();
    private readonly Thread _thread;
    private long _lastId;
    private int _count;
    private bool _isEnding;

    /// <summary>Starts the thread.</summary>
    /// <param name="together">Runs all of a round, and publishes in one write what that posts.</param>
    public SocketLoop(Action<Action> together)
    {
        _together = together;
        _thread = new Thread(Run) { IsBackground = true, Name = "socket loop" };
        _thread.Start();
    }

    /// <summary>Whether this operating system has what it needs.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Connects to the first of the host's addresses that accepts.</summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint server, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(server.Host, cancellationToken);
        for (var i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[i], server.Port), cancellationToken);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                // The next one may accept.
            }
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isEnding, true))
            return;
        // Reported at once, since it is not connected.
        using var end = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _epoll.Watch(end.SafeHandle, 0);
        // Whoever awaits a read may be the one who disposes.
        if (Thread.CurrentThread != _thread)
            _thread.Join();
        _epoll.Dispose();
        foreach (var stream in _streams.Values)
            stream.Dispose();
    }

    private async Task<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var stream = new LoopStream(address.AddressFamily, () => _streams.TryRemove(id, out _));
        try
        {
            _streams[id] = stream;
            await stream.ConnectAsync(address, socket => _epoll.Watch(socket, id), cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private void Run()
    {
        Action round = Round;
        while (!Volatile.Read(ref _isEnding))
        {
            _count = _epoll.Wait();
            var began = Stopwatch.GetTimestamp();
            _together(round);
            if (Stopwatch.GetElapsedTime(began) < Gather)
                Thread.Sleep(Gather);
        }
    }

    private void Round()
    {
        for (var i = 0; i < _count; i++)
        {
            var (id, news) = _epoll[i];
            if (_streams.TryGetValue(id, out var stream))
                stream.Take(news);
        }
    }
}
