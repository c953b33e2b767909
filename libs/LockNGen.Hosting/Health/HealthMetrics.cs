using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.Hosting.Health;

/// <summary>
/// The checks behind <c>/health/ready</c> as a metric, so that an alert can ask for them: <c>lockngen.health.status</c> is 1 for a healthy
/// check, 0.5 for a degraded and 0 for an unhealthy one.
/// </summary>
internal sealed class HealthMetrics : IHealthCheckPublisher
{
    private readonly Gauge<double> _status;

    public HealthMetrics(IMeterFactory meters) => _status = meters.Create("LockNGen.Health").CreateGauge<double>(
        "lockngen.health.status", description: "1 healthy, 0.5 degraded, 0 unhealthy, by check");

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var (name, entry) in report.Entries)
        {
            _status.Record(
                entry.Status switch { HealthStatus.Healthy => 1, HealthStatus.Degraded => 0.5, _ => 0 },
                new KeyValuePair<string, object?>("check", name));
        }

        return Task.CompletedTask;
    }
}
