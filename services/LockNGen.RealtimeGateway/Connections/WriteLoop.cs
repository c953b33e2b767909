namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// A thread that writes for its share of the connections. It takes all that have something to say, and writes to each once: while it is
/// busy events gather in the connections' queues, so the more there is to do the less each event costs, and an idle loop adds no delay.
/// </summary>
internal sealed class WriteLoop : IDisposable
{
    private readonly object _gate = new();
    private readonly TimeSpan _gatherWindow;
    private readonly Thread _thread;
    private List<ClientConnection> _scheduled = [];
    private bool _isWaiting;
    private bool _isStopped;

    public WriteLoop(int index, TimeSpan gatherWindow)
    {
        _gatherWindow = gatherWindow;
        _thread = new Thread(Run) { IsBackground = true, Name = $"write loop {index}" };
        _thread.Start();
    }

    /// <summary>Has the connection flushed soon; it does not ask again before that.</summary>
    public void Schedule(ClientConnection connection)
    {
        lock (_gate)
        {
            _scheduled.Add(connection);
            if (_isWaiting)
                Monitor.Pulse(_gate);
        }
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
        {
            foreach (var connection in connections)
            {
                if (!connection.Flush(batch))
                    batch = new SendBatch();
            }

            connections.Clear();
        }
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
