namespace LockNGen.ComfyDoors.Api;

/// <summary>Reports refusals by the GenerationApi, and unreadable requests, in the error format of the called API.</summary>
internal static class Failures
{
    /// <summary>Adds this to every endpoint of a group.</summary>
    public static RouteGroupBuilder AnswerFailures(this RouteGroupBuilder group, Func<HttpContext, ApiException, IResult> refused, Func<int, string, string, IResult> invalid) =>
        group.AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (ApiException e)
            {
                return refused(context.HttpContext, e);
            }
            catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
            {
                return invalid((e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest, "invalid_request", e.Message);
            }
        });
}
