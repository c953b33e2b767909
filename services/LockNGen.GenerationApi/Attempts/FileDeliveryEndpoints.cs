using LockNGen.Contracts;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Storage;
using LockNGen.Media;
using LockNGen.Media.Types;
using LockNGen.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>
/// Where watchers deliver finished files and fetch input files, for the attempt that their token names. Not behind the edge: it routes
/// /api/internal nowhere.
/// </summary>
internal sealed class FileDeliveryEndpoints(
    GenerationsDatabase database, IImageStore files, UploadStore uploads, UploadTokens tokens, Links links, IOptions<StorageOptions> options)
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/internal/generations/{id:guid}/attempts/{attempt:int}").ExcludeFromDescription();
        group.MapPut(
            "/images/{imageIndex:int}/{file:int}",
            (FileDeliveryEndpoints endpoint, HttpContext context, Guid id, int attempt, int imageIndex, int file, [AsParameters] Delivery delivery) =>
                endpoint.StoreAsync(context, new Place(id, attempt, imageIndex, file), delivery));
        group.MapGet(
            "/inputs/{name}",
            (FileDeliveryEndpoints endpoint, HttpContext context, Guid id, int attempt, string name) => endpoint.ReadInputAsync(context, id, attempt, name));
    }

    private async Task<IResult> StoreAsync(HttpContext context, Place place, Delivery delivery)
    {
        var (id, attempt, imageIndex, file) = place;
        var cancellationToken = context.RequestAborted;
        if (!await tokens.IsValidAsync(context.Request, id, attempt))
            return Unauthorized();
        if (!await database.ReadAsync(session => IsCurrentAsync(session, id, attempt), cancellationToken))
            return Stale(attempt);
        if (file < 1 || file > delivery.Files || imageIndex < 1)
            return Problem.Invalid("file", ErrorCodes.OutOfRange, "file must be between 1 and files, imageIndex at least 1.");
        delivery = delivery with { Subfolder = ResultFolder.TakeOff(delivery.Subfolder, ResultFolder.Of(await tokens.KeyAsync(cancellationToken), id)) };
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxImageBytes;

        try
        {
            var (info, head, content) = await FileBody.PeekAsync(context.Request.Body, cancellationToken);
            if (delivery.IsText)
                info = new MediaInfo(ResultText.Type);
            var key = $"images/{id.ToString()[..2]}/{id}/{imageIndex}-{file}-{attempt}{info.Extension}";
            await using (content)
            {
                var stored = await files.SaveAsync(key, content, cancellationToken);
                if (!delivery.IsText)
                    info = await MeasureAsync(key, info, cancellationToken);
                var image = await database.WriteAsync(session => RecordAsync(session, place, delivery, info, key, stored, head), cancellationToken);
                return image is null ? Stale(attempt) : TypedResults.Json(image.ToContract(links), AttemptJson.Default.GenerationImage);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return RequestBody.TooLarge(options.Value.MaxImageBytes);
        }
    }

    /// <summary>What follows the file's first bytes, like the size of a video whose index comes last.</summary>
    private async Task<MediaInfo> MeasureAsync(string key, MediaInfo info, CancellationToken cancellationToken)
    {
        await using var file = await files.OpenAsync(key, cancellationToken);
        return file is { CanSeek: true } ? await MediaFile.ReadAsync(file, cancellationToken) : info;
    }

    /// <summary>
    /// The number of a file is assigned once: repeated deliveries, from any attempt, keep it. Counting it in the generation's row makes that
    /// row the lock and the fence.
    /// </summary>
    private static async Task<ImageRow?> RecordAsync(
        DatabaseSession session, Place place, Delivery delivery, MediaInfo info, string key, StoredFile stored, ReadOnlyMemory<byte> head)
    {
        var (id, attempt) = (place.Id, place.Attempt);
        var text = info.Kind == GenerationResultKinds.Text ? await InlineAsync(session, place, head) : null;
        var counted = await session.ScalarAsync<int?>(
            "UPDATE generations SET image_count = image_count + 1 WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING image_count",
            new { id, attempt });
        if ((counted ?? await OtherGeneration.CountImageAsync(session, id)) is not { } number)
            return null;

        var row = (await session.FirstOrDefaultAsync<ImageRow>(
            """
            INSERT INTO images (generation_id, image_index, file, files, number, content_type, width, height, seed, size, hash, stored_as, created_at,
                kind, node_id, node_title, output_key, filename, subfolder, source, duration_seconds, text)
            VALUES (@id, @ImageIndex, @File, @Files, @number, @ContentType, @Width, @Height, @seed, @Size, @Hash, @key, @Now,
                @Kind, @Node, @Title, @OutputKey, @Filename, @Subfolder, @Source, @DurationSeconds, @text)
            ON CONFLICT (generation_id, image_index, file) DO UPDATE SET files = excluded.files, content_type = excluded.content_type,
                width = excluded.width, height = excluded.height, seed = excluded.seed, size = excluded.size, hash = excluded.hash, stored_as = excluded.stored_as,
                kind = excluded.kind, node_id = excluded.node_id, node_title = excluded.node_title, output_key = excluded.output_key,
                filename = excluded.filename, subfolder = excluded.subfolder, source = excluded.source,
                duration_seconds = excluded.duration_seconds, text = excluded.text
            RETURNING *
            """,
            new
            {
                id,
                place.ImageIndex,
                place.File,
                delivery.Files,
                number,
                info.ContentType,
                info.Width,
                info.Height,
                seed = (long?)delivery.Seed,
                stored.Size,
                stored.Hash,
                key,
                session.Now,
                info.Kind,
                delivery.Node,
                delivery.Title,
                OutputKey = delivery.Key,
                delivery.Filename,
                delivery.Subfolder,
                delivery.Source,
                info.DurationSeconds,
                text,
            }))!;
        if (row.Number != number)
            await session.ExecuteAsync($"UPDATE {(counted is null ? "other_generations" : "generations")} SET image_count = image_count - 1 WHERE id = @id", new { id });
        return row;
    }

    /// <summary>The text that events carry, while there is room for it.</summary>
    private static async Task<string?> InlineAsync(DatabaseSession session, Place place, ReadOnlyMemory<byte> head)
    {
        var text = ResultText.Inline(head.Span);
        var others = await session.ScalarAsync<long?>(
            """
            SELECT COALESCE(SUM(LENGTH(text)), 0) FROM images
            WHERE generation_id = @Id AND NOT (image_index = @ImageIndex AND file = @File) AND text IS NOT NULL
            """,
            new { place.Id, place.ImageIndex, place.File });
        return others + text.Length <= GenerationImage.MaxInlineTexts ? text : null;
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

    private static async Task<bool> IsCurrentAsync(DatabaseSession session, Guid id, int attempt) => await GenerationLedger.FindAsync(session, id) is { } row
        ? row.Status == GenerationStatus.Running && row.Attempt == attempt
        : attempt == OtherGeneration.Attempt && await OtherGeneration.FindAsync(session, id) is { EndedAt: null };

    private static ProblemHttpResult Unauthorized() =>
        Problem.Of(StatusCodes.Status401Unauthorized, ProblemCodes.Unauthorized, "The bearer token is not that of this generation and attempt.");

    private static ProblemHttpResult Stale(int attempt) =>
        Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.StaleAttempt, $"Attempt {attempt} is not the current one, or the generation has ended.");

    /// <summary>Which result of which prompt, of which attempt.</summary>
    private sealed record Place(Guid Id, int Attempt, int ImageIndex, int File);
}
