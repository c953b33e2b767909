namespace LockNGen.ComfyDoors.Access;

/// <summary>Rejects callers that are not signed in, in the form that each API's clients expect.</summary>
internal static class SignedIn
{
    /// <summary>Requires it at every endpoint of a group.</summary>
    public static RouteGroupBuilder RequireSignedIn(this RouteGroupBuilder group, Func<HttpContext, IResult> refusal) => group.AddEndpointFilter(async (context, next) =>
    {
        if (context.HttpContext.User.Identity?.IsAuthenticated == true)
            return await next(context);
        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return refusal(context.HttpContext);
    });
}
