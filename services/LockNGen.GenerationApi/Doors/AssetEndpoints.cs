using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Doors;

/// <summary>/api/doors/assets: records over uploads.</summary>
internal sealed class AssetEndpoints(GenerationsDatabase database, SignedLinks links, IOptions<StorageOptions> options)
{
    private const int MaxBytes = 16_384;
    private const string Columns = "id, hash, upload, size, content_type, file_path, created_at, expires_at";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/doors/assets").RequireAuthorization().ExcludeFromDescription();
        group.MapPost("/", (AssetEndpoints assets, Caller caller, HttpContext context) => assets.AddAsync(caller, context));
        group.MapGet("/", (AssetEndpoints assets, string hash, Caller caller, HttpContext context) => assets.AnswerAsync("hash = @key", hash, caller, context));
        group.MapGet("/{id:guid}", (AssetEndpoints assets, Guid id, Caller caller, HttpContext context) => assets.AnswerAsync("id = @key", id.ToString(), caller, context));
        group.MapDelete("/{id:guid}", (AssetEndpoints assets, Guid id, Caller caller, HttpContext context) => assets.DeleteAsync(id, caller, context));
    }

    private async Task<IResult> AnswerAsync(string condition, string key, Caller caller, HttpContext context) =>
        await database.ReadAsync(s => FindAsync(s, condition, key, caller), context.RequestAborted) is { } asset
            ? TypedResults.Json(await LinkedAsync(asset, context.RequestAborted), DoorJson.Default.Asset)
            : NotFound();

    private async Task<IResult> AddAsync(Caller caller, HttpContext context)
    {
        var (request, _, malformed) = await RequestBody.ReadAsync(context, DoorJson.Default.NewAsset, MaxBytes);
        if (malformed is not null)
            return malformed;
        var (asset, problem) = await database.WriteAsync(session => AddAsync(session, request!, caller), context.RequestAborted);
        return asset is null
            ? problem!
            : TypedResults.Json(
                await LinkedAsync(asset, context.RequestAborted), DoorJson.Default.Asset, statusCode: asset.CreatedNew is null ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    private async Task<(Asset? Asset, IResult? Problem)> AddAsync(DatabaseSession session, NewAsset request, Caller caller)
    {
        var owner = caller.Owner ?? "";
        await session.LockAsync($"assets:{owner}");
        if (request.IdempotencyKey is { } used
            && await session.ScalarAsync<string>("SELECT id FROM assets WHERE owner = @owner AND idempotency_key = @used", new { owner, used }) is not null)
        {
            return (null, Problem.Of(StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyConflict, "This Idempotency-Key has been used already."));
        }

        var earlier = await FindAsync(session, "hash = @key", request.Hash, caller);
        if (request.Upload is null && earlier is null)
            return (null, NotFound());
        if (request.Upload is null && earlier!.FilePath == request.FilePath)
            return (earlier, null);
        var keep = options.Value.KeepUploads;
        var wanted = TimeSpan.FromSeconds(request.ExpiresIn ?? keep.TotalSeconds);
        var asset = new Asset
        {
            Id = Guid.NewGuid(),
            Hash = request.Hash,
            Upload = request.Upload ?? earlier!.Upload,
            Size = request.Upload is null ? earlier!.Size : request.Size,
            ContentType = (request.Upload is null ? earlier!.ContentType : request.ContentType) ?? "application/octet-stream",
            FilePath = request.FilePath,
            CreatedAt = session.Now,
            ExpiresAt = session.Now + (wanted < keep ? wanted : keep),
            CreatedNew = earlier is null,
        };
        await session.ExecuteAsync("UPDATE uploads SET used_at = @Now WHERE name = @Upload", new { session.Now, asset.Upload });
        await session.ExecuteAsync(
            """
            INSERT INTO assets (id, owner, hash, upload, size, content_type, file_path, idempotency_key, created_at, expires_at)
            VALUES (@Id, @owner, @Hash, @Upload, @Size, @ContentType, @FilePath, @IdempotencyKey, @CreatedAt, @ExpiresAt)
            """,
            new { asset.Id, owner, asset.Hash, asset.Upload, asset.Size, asset.ContentType, asset.FilePath, request.IdempotencyKey, asset.CreatedAt, asset.ExpiresAt });
        return (asset, null);
    }

    private async Task<IResult> DeleteAsync(Guid id, Caller caller, HttpContext context)
    {
        var deleted = await database.WriteAsync(
            session => session.ExecuteAsync("DELETE FROM assets WHERE id = @id AND owner = @owner AND expires_at > @Now", new { id, owner = caller.Owner ?? "", session.Now }),
            context.RequestAborted);
        return deleted == 0 ? NotFound() : TypedResults.NoContent();
    }

    private static Task<Asset?> FindAsync(DatabaseSession session, string condition, string key, Caller caller) => session.FirstOrDefaultAsync<Asset>(
        $"""
        SELECT {Columns} FROM assets WHERE {condition} AND owner = @owner AND expires_at > @Now
            AND EXISTS (SELECT 1 FROM uploads u WHERE u.name = assets.upload) ORDER BY created_at LIMIT 1
        """,
        new { key, owner = caller.Owner ?? "", session.Now });

    private async Task<Asset> LinkedAsync(Asset asset, CancellationToken cancellationToken) => asset with { Link = await links.SignAsync("uploads/" + asset.Upload, cancellationToken) };

    private static ProblemHttpResult NotFound() => Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "You have no asset like this.");
}
