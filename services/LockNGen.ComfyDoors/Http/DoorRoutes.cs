using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.Http;

/// <summary>Every route of ComfyUI's own API, with and without <c>/api</c>.</summary>
internal static class DoorRoutes
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        StubEndpoints.MapPage(endpoints);
        foreach (var prefix in (ReadOnlySpan<string>)["", "/api"])
        {
            var comfy = endpoints.MapGroup(prefix);
            comfy.ExcludeFromDescription().DisableAntiforgery();
            comfy.RequireSignedIn(ComfyAnswers.Unauthorized);
            comfy.AddEndpointFilter(AnswerAsync);
            SocketEndpoint.Map(comfy);
            PromptEndpoints.Map(comfy);
            QueueEndpoints.Map(comfy);
            HistoryEndpoints.Map(comfy);
            JobsEndpoints.Map(comfy);
            ViewEndpoints.Map(comfy);
            UploadEndpoints.Map(comfy);
            CatalogEndpoints.Map(comfy);
            SystemEndpoints.Map(comfy);
            StubEndpoints.Map(comfy);
        }
    }

    private static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ApiException e)
        {
            return ComfyAnswers.Of(context.HttpContext, e);
        }
        catch (BadHttpRequestException e)
        {
            return ComfyAnswers.Error(e.StatusCode, "invalid_request", e.Message);
        }
    }
}
