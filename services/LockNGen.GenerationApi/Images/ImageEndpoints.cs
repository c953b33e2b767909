using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Images;

/// <summary>GET /api/generations/{id}/images/{n}: the finished files.</summary>
internal static class ImageEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/api/generations/{id:guid}/images/{n:int}", GetAsync)
        .RequireAuthorization()
        .Produces(StatusCodes.Status200OK, contentType: "image/png")
        .Produces(StatusCodes.Status206PartialContent, contentType: "image/png")
        .Produces(StatusCodes.Status302Found)
        .Produces(StatusCodes.Status304NotModified)
        .ProducesProblems(400, 401, 404, 416, 503)
        .WithName("GetImage")
        .WithTags("Generations")
        .WithSummary("The bytes of a finished file; with size, a thumbnail")
        .WithDescription("With size, the longer side of a PNG, JPEG, WebP or GIF (its first frame, as PNG) is scaled to at most the next power of two; other files are served whole.");

    private static async Task<IResult> GetAsync(
        Guid id, int n, [FromQuery] int? size, Caller caller, GenerationsDatabase database, Thumbnails thumbnails, IImageStore files, HttpContext context)
    {
        var (found, image) = await database.ReadAsync(
            async session => (
                await FindAsync(session, id),
                await session.FirstOrDefaultAsync<ImageRow>("SELECT * FROM images WHERE generation_id = @id AND number = @n", new { id, n })),
            context.RequestAborted);
        // Someone else's gets the same response as a missing one: a caller must not learn that the id exists.
        if (found is not { } generation || !caller.MaySee(generation.Owner))
            return Problem.NotFound(id);
        if (size is < Thumbnails.MinSize or > Thumbnails.MaxSize)
            return Problem.Invalid("size", ErrorCodes.OutOfRange, $"size is {size}; it must be between {Thumbnails.MinSize} and {Thumbnails.MaxSize}.");
        if (image is null)
            return Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"Generation {id} has no image {n}.");

        if (size is null && await LinkAsync(files, image, context.RequestAborted) is { } link)
        {
            // The address is valid for a limited time, for anyone who has it.
            context.Response.Headers.CacheControl = "private, no-store";
            return TypedResults.Redirect(link.AbsoluteUri);
        }

        var (content, tag, shown) = size is { } wanted
            ? await thumbnails.OpenAsync(image, wanted, context.RequestAborted)
            : (await files.OpenAsync(image.StoredAs, context.RequestAborted), image.Hash, image);
        if (content is null)
            return Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"The file of image {n} is no longer kept.");
        // A file of an ended generation never changes; private, because it has an owner.
        context.Response.Headers.CacheControl = generation.HasEnded ? "private, max-age=31536000, immutable" : "private, no-cache";
        var type = SafeDelivery.Prepare(context.Response.Headers, shown);
        return TypedResults.File(
            content, type, lastModified: image.CreatedAt, entityTag: new EntityTagHeaderValue($"\"{tag}\""), enableRangeProcessing: true);
    }

    private static async Task<(string? Owner, bool HasEnded)?> FindAsync(DatabaseSession session, Guid id)
    {
        if (await GenerationLedger.FindAsync(session, id) is { } row)
            return (row.Owner, row.HasEnded);
        return await OtherGeneration.FindAsync(session, id) is { } other ? (null, other.EndedAt is not null) : null;
    }

    /// <summary>The address at which object storage serves the file itself, as we would: with our type, and as a download if a browser might run it.</summary>
    private static Task<Uri?> LinkAsync(IImageStore files, ImageRow image, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        var type = SafeDelivery.Prepare(headers, image);
        return files.LinkAsync(image.StoredAs, type, headers.ContentDisposition.ToString(), cancellationToken);
    }
}
