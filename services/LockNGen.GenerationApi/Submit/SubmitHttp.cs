using System.Text;
using LockNGen.GenerationApi.Generations;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Translates between HTTP and the <see cref="Submitter"/>.</summary>
internal static class SubmitHttp
{
    public static SubmitCommand Command(HttpContext context, Caller caller, SubmitRequest request, byte[] bytes) => new()
    {
        Request = request,
        Bytes = bytes,
        Caller = caller,
        Client = ClientOf(context, caller),
        IdempotencyKey = context.Request.Headers[IdempotencyKeys.Header].ToString(),
    };

    /// <summary>The response, and its headers.</summary>
    public static IResult Response(HttpContext context, SubmitResult result, Links links)
    {
        foreach (var (name, value) in result.Headers)
            context.Response.Headers[name] = value;
        switch (result)
        {
            case SubmitResult.Stored stored:
                context.Response.Headers.Location = links.Generation(stored.Id);
                return TypedResults.Text(stored.Response, "application/json", Encoding.UTF8, StatusCodes.Status202Accepted);
            case SubmitResult.Checked tried:
                return TypedResults.Json(tried.Answer, SubmitJson.Default.DryRunResponse);
            case SubmitResult.Refused refused:
                return refused.Problem;
            case SubmitResult.Invalid invalid:
                return Problem.Invalid(invalid.Errors);
            default:
                throw new InvalidOperationException($"There is no response to {result.GetType().Name}.");
        }
    }

    /// <summary>The client to which limits apply: the owner if authenticated, otherwise the address.</summary>
    private static string ClientOf(HttpContext context, Caller caller) =>
        caller is { IsAuthenticated: true, Owner: { } owner } ? "owner:" + owner : "address:" + ClientNetwork.Of(context.Connection.RemoteIpAddress);
}
