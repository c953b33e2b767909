using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.WebhookNotifier.Http;

/// <summary>Answers for what is not there, or not for this caller: the same, so that ids cannot be probed.</summary>
internal static class Missing
{
    public static ProblemHttpResult Webhook() => TypedResults.Problem("There is no such webhook.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Delivery() =>
        TypedResults.Problem("There is no such delivery; the log forgets them after a while.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Enabled() => TypedResults.Problem("The webhook is disabled: enable it first.", statusCode: StatusCodes.Status409Conflict);
}
