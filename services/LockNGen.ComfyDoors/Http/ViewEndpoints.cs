using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Pictures;
using Microsoft.Net.Http.Headers;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/view</c>: the caller's own files, and ComfyUI's conversions of pictures.</summary>
internal sealed class ViewEndpoints(FileProxy proxy, OwnFiles files)
{
    public static void Map(RouteGroupBuilder comfy) => comfy.MapMethods(
        "/view", [HttpMethods.Get, HttpMethods.Head], (ViewEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.ViewAsync(caller, context));

    private async Task<IResult> ViewAsync(DoorCaller caller, HttpContext context)
    {
        var query = context.Request.Query;
        if (query["subfolder"].ToString() is var subfolder && (subfolder.StartsWith('/') || subfolder.Split('/', '\\').Contains("..", StringComparer.Ordinal)))
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        if (OwnFiles.PathOf(query["filename"].ToString(), subfolder, query["type"].ToString() is { Length: > 0 } type ? type : "output") is not { } path)
            return TypedResults.BadRequest();
        var (preview, channel) = ((string?)query["preview"], (string?)query["channel"]);
        if (Variants.AreAskedFor(preview, channel) && await VariantAsync(caller, path, preview, channel, context.RequestAborted) is { } variant)
            return TypedResults.Bytes(variant.Bytes, variant.ContentType, entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(variant.Bytes))}\""));
        return await proxy.ServeAsync(context, caller, path) ? TypedResults.Empty : TypedResults.NotFound();
    }

    /// <summary>Null for anything but a picture, which is sent unchanged.</summary>
    private Task<(byte[] Bytes, string ContentType)?> VariantAsync(DoorCaller caller, string path, string? preview, string? channel, CancellationToken cancellationToken) =>
        Pixels.InTurnAsync(
            async () => await files.ReadAsync(caller, path, cancellationToken) is { } file ? Variants.Of(file, preview, channel) : null, cancellationToken);
}
