namespace LockNGen.ComfyDoors.Access;

/// <summary>Lets nobody in who is not signed in, and says so as each API's clients expect it.</summary>
internal static class SignedIn
{
    /// <summary>Asks for it at every endpoint of a group.</summary>
    public static RouteGroupBuilder RequireSignedIn(this RouteGroupBuilder group, Func<HttpContext, IResult> refusal) => group.AddEndpointFilter(async (context, next) =>
    {
        if (context.HttpContext.User.Identity?.IsAuthenticated == true)
            return await next(context);
        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return refusal(context.HttpContext);
    });
}
