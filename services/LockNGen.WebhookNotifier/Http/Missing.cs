using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.WebhookNotifier.Http;

/// <summary>Missing things and other owners' things are refused alike, so that ids cannot be probed.</summary>
internal static class Missing
{
    public static ProblemHttpResult Webhook() => Problem.Of(StatusCodes.Status404NotFound, "There is no such webhook.");

    public static ProblemHttpResult Delivery() => Problem.Of(StatusCodes.Status404NotFound, "There is no such delivery; the log forgets them after a while.");

    public static ProblemHttpResult Enabled() => Problem.Of(StatusCodes.Status409Conflict, "The webhook is disabled: enable it first.");
}
