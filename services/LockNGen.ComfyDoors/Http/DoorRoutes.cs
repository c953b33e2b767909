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
            comfy.RequireSignedIn(ComfyResults.Unauthorized);
            comfy.AnswerFailures(ComfyResults.Of, (status, code, message) => ComfyResults.Error(status, code, message));
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
}
