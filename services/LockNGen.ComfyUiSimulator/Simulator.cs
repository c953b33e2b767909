namespace LockNGen.ComfyUiSimulator;

/// <summary>Holds the current server, and restarts it.</summary>
internal sealed class Simulator(ServerEnvironment environment, IHostApplicationLifetime lifetime) : IHostedService, IAsyncDisposable
{
    private readonly SemaphoreSlim _restart = new(1, 1);
    private ComfyUiServer? _server;

    public ComfyUiServer Server => _server ?? throw new InvalidOperationException("The simulator has not been started.");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server = new ComfyUiServer(environment);
        // Before Kestrel drains: it would wait for the open WebSockets, which never end on their own.
        lifetime.ApplicationStopping.Register(CutConnections);
        return Task.CompletedTask;
    }

    /// <summary>Discards queue, history, cache and temporary files, as a restart of the real server's process does.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _restart.WaitAsync(cancellationToken);
        try
        {
            // Holds are released last: a run stopped at one must end there and not continue.
            await Server.DisposeAsync();
            environment.Faults.Holds.ReleaseAll();
            _server = new ComfyUiServer(environment);
        }
        finally
        {
            _restart.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
            await server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _restart.Dispose();
    }

    private void CutConnections()
    {
        environment.Faults.Freeze.Thaw();
        foreach (var (connection, _) in _server?.Sockets.Open() ?? [])
            connection.Abort();
    }
}
