using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Whether this replica is going away; a draining one is not ready.</summary>
internal sealed class DrainState : IHealthCheck, IDisposable
{
    /// <summary>What connections are closed with.</summary>
    public const string Goodbye = "this replica goes away";

    private readonly CancellationTokenSource _draining = new();

    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Cancelled when draining begins: whoever waits for something answers now.</summary>
    public CancellationToken Draining => _draining.Token;

    public void Begin() => _draining.Cancel();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsDraining ? HealthCheckResult.Unhealthy("draining") : HealthCheckResult.Healthy());

    public void Dispose() => _draining.Dispose();
}
