using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Whether events reach this replica; decides its readiness.</summary>
internal sealed class FeedState : IHealthCheck
{
    private volatile string? _problem;

    /// <summary>What is wrong; null if events arrive and the rings are filled.</summary>
    public string? Problem
    {
        get => _problem;
        set => _problem = value;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());
}
