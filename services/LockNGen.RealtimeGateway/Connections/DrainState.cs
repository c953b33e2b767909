using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Whether this replica is shutting down; while it drains, it is not ready.</summary>
internal sealed class DrainState : IHealthCheck, IDisposable
{
    /// <summary>The code with which connections are closed.</summary>
    public const string Goodbye = "this replica goes away";

    private readonly CancellationTokenSource _draining = new();

    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Cancelled when draining begins: waiting requests are answered now.</summary>
    public CancellationToken Draining => _draining.Token;

    public void Begin() => _draining.Cancel();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsDraining ? HealthCheckResult.Unhealthy("draining") : HealthCheckResult.Healthy());

    public void Dispose() => _draining.Dispose();
}
