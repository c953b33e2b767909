using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Drain;

/// <summary>
/// Drains when the host begins to stop, while server and broker still work: not ready, an announcement to all, then close frames in
/// waves, so that the other replicas are not overwhelmed.
/// </summary>
internal sealed partial class DrainService(
    DrainState state, ClientConnections connections, IOptions<DrainOptions> options, TimeProvider clock, ILogger<DrainService> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Wave = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long sending close frames may take.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        state.Begin();
        var leaving = connections.Open.ToArray();
        if (leaving.Length == 0)
            return;
        LogDraining(leaving.Length, options.Value.Seconds);
        foreach (var connection in leaving)
            connection.Send(GatewayFrames.Draining(MaxRetryAfter * Random.Shared.NextDouble()));

        Random.Shared.Shuffle(leaving);
        var waves = (int)(TimeSpan.FromSeconds(options.Value.Seconds) / Wave);
        for (var wave = 0; wave < waves; wave++)
        {
            await Task.Delay(Wave, clock, cancellationToken);
            foreach (var connection in leaving[(leaving.Length * wave / waves)..(leaving.Length * (wave + 1) / waves)])
                connection.Close(CloseCode.GoingAway, DrainState.Goodbye);
        }

        // All of them if there are no waves, and those that connected during the announcement.
        var last = connections.Open.ToArray();
        foreach (var connection in last)
            connection.Close(CloseCode.GoingAway, DrainState.Goodbye);
        await Task.WhenAny(Task.WhenAll(last.Select(c => c.EndedAsync())), Task.Delay(Farewell, clock, cancellationToken));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Draining {Count} connections over {Seconds} s")]
    private partial void LogDraining(int count, double seconds);
}
