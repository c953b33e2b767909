using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.WebhookNotifier.Http;

/// <summary>Missing resources and those of other owners get the same response, so that ids cannot be probed.</summary>
internal static class Missing
{
    public static ProblemHttpResult Webhook() => Problem.Of(StatusCodes.Status404NotFound, "There is no such webhook.");

    public static ProblemHttpResult Delivery() => Problem.Of(StatusCodes.Status404NotFound, "There is no such delivery; the log removes entries after a while.");

    public static ProblemHttpResult Enabled() => Problem.Of(StatusCodes.Status409Conflict, "The webhook is disabled: enable it first.");
}
