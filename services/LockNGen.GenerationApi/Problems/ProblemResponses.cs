using Microsoft.AspNetCore.Mvc;

namespace LockNGen.GenerationApi.Problems;

/// <summary>Declares an endpoint's error answers for OpenAPI.</summary>
internal static class ProblemResponses
{
    public static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<ProblemDetails>(status, "application/problem+json");
        return endpoint;
    }
}
