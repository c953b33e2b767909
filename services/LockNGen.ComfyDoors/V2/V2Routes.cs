using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.V2;

/// <summary>Every route of Comfy API v2.</summary>
internal static class V2Routes
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var open = endpoints.MapGroup("/api/v2");
        open.ExcludeFromDescription();
        open.AddEndpointFilter(AnswerAsync);
        AssetEndpoints.MapContent(open);
        var v2 = endpoints.MapGroup("/api/v2");
        v2.ExcludeFromDescription().DisableAntiforgery();
        v2.RequireSignedIn(V2Answers.Unauthorized);
        v2.AddEndpointFilter(AnswerAsync);
        AssetEndpoints.Map(v2);
        JobEndpoints.Map(v2);
    }

    private static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ApiException e)
        {
            return V2Answers.Of(context.HttpContext, e);
        }
        catch (BadHttpRequestException e)
        {
            return V2Answers.Error(e.StatusCode, "invalid_request", e.Message);
        }
    }
}
