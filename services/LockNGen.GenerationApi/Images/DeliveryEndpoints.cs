using LockNGen.Contracts;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Uploads;
using LockNGen.ServiceDefaults.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// Where watchers deliver finished files and fetch input files, for the attempt that their token names. Not behind the edge: it routes
/// /api/internal nowhere.
/// </summary>
internal sealed class DeliveryEndpoints(
    GenerationsDatabase database, IImageStore files, UploadStore uploads, UploadTokens tokens, Links links, IOptions<StorageOptions> options)
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/internal/generations/{id:guid}/attempts/{attempt:int}").ExcludeFromDescription();
        group.MapPut(
            "/images/{imageIndex:int}/{file:int}",
            (DeliveryEndpoints endpoint, HttpContext context, Guid id, int attempt, int imageIndex, int file, int files, long? seed) =>
                endpoint.StoreAsync(context, id, attempt, new Delivery(imageIndex, file, files, seed)));
        group.MapGet(
            "/inputs/{name}",
            (DeliveryEndpoints endpoint, HttpContext context, Guid id, int attempt, string name) => endpoint.ReadInputAsync(context, id, attempt, name));
    }

    private async Task<IResult> StoreAsync(HttpContext context, Guid id, int attempt, Delivery delivery)
    {
        var cancellationToken = context.RequestAborted;
        if (!await tokens.IsValidAsync(context.Request, id, attempt))
            return Unauthorized();
        if (!await database.ReadAsync(session => IsCurrentAsync(session, id, attempt), cancellationToken))
            return Stale(attempt);
        if (delivery.File < 1 || delivery.File > delivery.Files || delivery.ImageIndex < 1)
            return Problem.Invalid("file", ErrorCodes.OutOfRange, "file must be between 1 and files, imageIndex at least 1.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxImageBytes;

        try
        {
            var (header, content) = await FileBody.PeekAsync(context.Request.Body, cancellationToken);
            header ??= new ImageHeader(context.Request.ContentType ?? "application/octet-stream", ".bin");
            var key = $"images/{id.ToString()[..2]}/{id}/{delivery.ImageIndex}-{delivery.File}-{attempt}{header.Extension}";
            await using (content)
            {
                var stored = await files.SaveAsync(key, content, cancellationToken);
                var image = await database.WriteAsync(session => RecordAsync(session, id, attempt, delivery, header, key, stored), cancellationToken);
                return image is null ? Stale(attempt) : TypedResults.Json(image.ToContract(links), ApiJson.Default.GenerationImage);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return RequestBody.TooLarge(options.Value.MaxImageBytes);
        }
    }

    /// <summary>
    /// The number of a file is given out once: repeated, and by whatever attempt, it stays. Counting it in the generation's row makes that
    /// row the lock and the fence.
    /// </summary>
    private static async Task<ImageRow?> RecordAsync(
        Session session, Guid id, int attempt, Delivery delivery, ImageHeader header, string key, StoredFile stored)
    {
        if (await session.ScalarAsync<int?>(
            "UPDATE generations SET image_count = image_count + 1 WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING image_count",
            new { id, attempt }) is not { } number)
        {
            return null;
        }

        var row = (await session.FirstOrDefaultAsync<ImageRow>(
            """
            INSERT INTO images (generation_id, image_index, file, files, number, content_type, width, height, seed, size, hash, stored_as, created_at)
            VALUES (@id, @ImageIndex, @File, @Files, @number, @ContentType, @Width, @Height, @Seed, @Size, @Hash, @key, @Now)
            ON CONFLICT (generation_id, image_index, file) DO UPDATE SET files = excluded.files, content_type = excluded.content_type,
                width = excluded.width, height = excluded.height, seed = excluded.seed, size = excluded.size, hash = excluded.hash, stored_as = excluded.stored_as
            RETURNING *
            """,
            new
            {
                id,
                delivery.ImageIndex,
                delivery.File,
                delivery.Files,
                number,
                header.ContentType,
                header.Width,
                header.Height,
                delivery.Seed,
                stored.Size,
                stored.Hash,
                key,
                session.Now,
            }))!;
        if (row.Number != number)
            await session.ExecuteAsync("UPDATE generations SET image_count = image_count - 1 WHERE id = @id", new { id });
        return row;
    }

    private async Task<IResult> ReadInputAsync(HttpContext context, Guid id, int attempt, string name)
    {
        if (!await tokens.IsValidAsync(context.Request, id, attempt))
            return Unauthorized();
        var plan = await database.ReadAsync(
            async session => await IsCurrentAsync(session, id, attempt)
                ? await session.ScalarAsync<string>("SELECT plan FROM generation_inputs WHERE generation_id = @id", new { id })
                : null,
            context.RequestAborted);
        if (plan is null)
            return Stale(attempt);
        var isNamed = System.Text.Json.JsonSerializer.Deserialize(plan, StoredJson.Default.RenderPlan)!.InputFiles.Contains(name);
        return isNamed && await uploads.OpenAsync(name, context.RequestAborted) is { } content
            ? TypedResults.Stream(content, "application/octet-stream")
            : Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"The generation has no input file '{name}'.");
    }

    private static async Task<bool> IsCurrentAsync(Session session, Guid id, int attempt) =>
        await GenerationLedger.FindAsync(session, id) is { Status: GenerationStatus.Running } row && row.Attempt == attempt;

    private static ProblemHttpResult Unauthorized() =>
        Problem.Of(StatusCodes.Status401Unauthorized, ProblemCodes.Unauthorized, "The bearer token is not that of this generation and attempt.");

    private static ProblemHttpResult Stale(int attempt) =>
        Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.StaleAttempt, $"Attempt {attempt} is not the current one, or the generation has ended.");

    private sealed record Delivery(int ImageIndex, int File, int Files, long? Seed);
}
