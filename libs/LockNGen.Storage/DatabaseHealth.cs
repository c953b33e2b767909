using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.Storage;

/// <summary>Healthy when the database answers and its schema is up to date.</summary>
internal sealed class DatabaseHealth<TDatabase>(TDatabase database) : IHealthCheck
    where TDatabase : Database
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.ReadAsync(session => session.ScalarAsync<int>("SELECT 1"), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (DbException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
