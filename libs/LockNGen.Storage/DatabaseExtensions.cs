using LockNGen.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LockNGen.Storage;

/// <summary>Registration of a service's <see cref="Database"/>.</summary>
public static class DatabaseExtensions
{
    /// <summary>Adds the database, its migration at start, and a check of this name that decides readiness.</summary>
    public static IHostApplicationBuilder AddDatabase<TDatabase>(this IHostApplicationBuilder builder, string check)
        where TDatabase : Database
    {
        builder.Services.AddSingleton<TDatabase>();
        builder.Services.AddHostedService<DatabaseStart<TDatabase>>();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth<TDatabase>>(check, tags: [HealthEndpoints.Ready]);
        return builder;
    }
}
