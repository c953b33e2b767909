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
        open.AnswerFailures(V2Results.Of, (status, code, message) => V2Results.Error(status, code, message));
        AssetEndpoints.MapContent(open);
        var v2 = endpoints.MapGroup("/api/v2");
        v2.ExcludeFromDescription().DisableAntiforgery();
        v2.RequireSignedIn(V2Results.Unauthorized);
        v2.AnswerFailures(V2Results.Of, (status, code, message) => V2Results.Error(status, code, message));
        AssetEndpoints.Map(v2);
        JobEndpoints.Map(v2);
    }
}
