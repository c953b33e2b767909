using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.Web.Problems;

/// <summary>One shape for the errors of all services.</summary>
public static class ProblemsExtensions
{
    /// <summary>Completes the framework's own error responses; call it once for each host.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<BadRequestHandler>();
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, ProblemJson.Default));
        return services.Configure<ProblemDetailsOptions>(o => o.CustomizeProblemDetails += ProblemDefaults.Complete);
    }
}
