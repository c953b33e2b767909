using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Doors;

/// <summary>GET /api/doors/content/...: files at signed addresses.</summary>
internal static class ContentEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/doors/content").ExcludeFromDescription();
        group.MapGet("/images/{id:guid}/{n:int}", ImageAsync);
        group.MapGet("/uploads/{name}", UploadAsync);
    }

    private static async Task<IResult> ImageAsync(
        Guid id, int n, long expires, string signature, SignedLinks links, GenerationsDatabase database, IImageStore files, HttpContext context)
    {
        if (!await links.IsGoodAsync($"images/{id}/{n}", expires, signature, context.RequestAborted))
            return Expired();
        var image = await database.ReadAsync(
            session => session.FirstOrDefaultAsync<ImageRow>("SELECT * FROM images WHERE generation_id = @id AND number = @n", new { id, n }), context.RequestAborted);
        if (image is null || await files.OpenAsync(image.StoredAs, context.RequestAborted) is not { } content)
            return Missing();
        var type = SafeDelivery.Prepare(context.Response.Headers, image);
        return TypedResults.File(content, type, entityTag: new EntityTagHeaderValue($"\"{image.Hash}\""), enableRangeProcessing: true);
    }

    private static async Task<IResult> UploadAsync(string name, long expires, string signature, SignedLinks links, UploadStore uploads, HttpContext context)
    {
        if (!await links.IsGoodAsync($"uploads/{name}", expires, signature, context.RequestAborted))
            return Expired();
        if (await uploads.OpenTypedAsync(name, context.RequestAborted) is not var (content, type))
            return Missing();
        return TypedResults.Stream(content, SafeDelivery.Prepare(context.Response.Headers, type, null, name), enableRangeProcessing: true);
    }

    private static ProblemHttpResult Expired() => Problem.Of(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, "This address has expired, or was never issued.");

    private static ProblemHttpResult Missing() => Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "The file is no longer kept.");
}
