namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// A thread that writes for its share of the connections. It takes all connections with waiting messages, and writes to each once: while it is
/// busy, events gather in their queues, so the higher the load, the less each event costs, and an idle loop adds no delay.
/// If only a few connections have messages, the thread that brought them writes: waking another thread would cost more.
/// </summary>
internal sealed class WriteLoop : IDisposable
{
    /// <summary>This many writes delay a reader for about as long as waking another thread would take.</summary>
    private const int Few = 16;

    private readonly object _gate = new();
    private SendBatch _holdersBatch = new();
    private readonly TimeSpan _gatherWindow;
    private readonly Thread _thread;
    private List<ClientConnection> _scheduled = [];
    private List<ClientConnection> _holders = [];
    private bool _isWaiting;
    private bool _isHeld;
    private bool _isStopped;

    public WriteLoop(int index, TimeSpan gatherWindow)
    {
        _gatherWindow = gatherWindow;
        _thread = new Thread(Run) { IsBackground = true, Name = $"write loop {index}" };
        _thread.Start();
    }

    /// <summary>Flushes the connection soon; it does not ask again before that.</summary>
    public void Schedule(ClientConnection connection)
    {
        lock (_gate)
        {
            _scheduled.Add(connection);
            if (_isWaiting && !_isHeld)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Lets events gather while more are available: nothing wakes the loop before <see cref="Release"/>. One holder at a time.</summary>
    public void Hold()
    {
        lock (_gate)
            _isHeld = true;
    }

    /// <summary>Writes what has gathered if it is little; otherwise leaves it to the loop.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _isHeld = false;
            if (!_isWaiting || _scheduled.Count == 0)
                return;
            if (_scheduled.Count > Few || _gatherWindow > TimeSpan.Zero)
            {
                Monitor.Pulse(_gate);
                return;
            }

            (_holders, _scheduled) = (_scheduled, _holders);
        }

        Flush(_holders, ref _holdersBatch);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        var batch = new SendBatch();
        List<ClientConnection> connections = [];
        while (Take(ref connections))
            Flush(connections, ref batch);
    }

    private static void Flush(List<ClientConnection> connections, ref SendBatch batch)
    {
        foreach (var connection in connections)
        {
            if (!connection.Flush(batch))
                batch = new SendBatch();
        }

        connections.Clear();
    }

    private bool Take(ref List<ClientConnection> empty)
    {
        lock (_gate)
        {
            while (_scheduled.Count == 0)
            {
                if (_isStopped)
                    return false;
                _isWaiting = true;
                Monitor.Wait(_gate);
                _isWaiting = false;
            }
        }

        if (_gatherWindow > TimeSpan.Zero)
            Thread.Sleep(_gatherWindow);
        lock (_gate)
            (empty, _scheduled) = (_scheduled, empty);
        return true;
    }
}
