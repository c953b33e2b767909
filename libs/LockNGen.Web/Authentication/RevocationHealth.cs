using LockNGen.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>A service that does not know yet which tokens are revoked would accept them: it is not ready.</summary>
public sealed class RevocationHealth(RevocationList revocations, IOptions<AuthOptions> auth) : IHealthCheck
{
    private const string Name = "revocations";

    /// <summary>Makes a service that asks another for revocations ready only after the first answer; once for every host.</summary>
    public static void AddTo(IHostApplicationBuilder builder) => builder.Services.Configure<HealthCheckServiceOptions>(o =>
    {
        if (o.Registrations.All(r => r.Name != Name))
            o.Registrations.Add(new HealthCheckRegistration(Name, ActivatorUtilities.GetServiceOrCreateInstance<RevocationHealth>, null, [HealthEndpoints.Ready]));
    });

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(!auth.Value.IsOn || revocations.IsKnown
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The GenerationApi has not reported yet which tokens are revoked."));
}
