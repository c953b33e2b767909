using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.GenerationApi.Storage;

/// <summary>Decides readiness: without its database the API can accept nothing.</summary>
internal sealed class DatabaseCheck(GenerationsDatabase database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM settings"), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (DbException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
