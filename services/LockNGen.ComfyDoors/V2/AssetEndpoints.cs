using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.V2;

/// <summary><c>/api/v2/assets</c>: input files, and results.</summary>
internal sealed class AssetEndpoints(GenerationApiClient api, FileProxy files, ResultHashes hashes, IOptions<DoorOptions> options)
{
    private const string Prefix = "blake3:";
    private const int HashLength = 64;
    private const int MaxJson = 16_384;
    private const int MinExpiry = 60;
    private const int MaxExpiry = 604_800;

    public static void Map(RouteGroupBuilder v2)
    {
        v2.MapPost("/assets", (AssetEndpoints assets, DoorCaller caller, HttpContext context) => assets.UploadAsync(caller, context));
        v2.MapPost("/assets/from-hash", (AssetEndpoints assets, DoorCaller caller, HttpContext context) => assets.FromHashAsync(caller, context));
        v2.MapMethods("/assets/by-hash/{hash}", [HttpMethods.Head, HttpMethods.Get], (AssetEndpoints assets, string hash, DoorCaller caller, HttpContext context) => assets.ExistsAsync(hash, caller, context));
        v2.MapGet("/assets/{id}", (AssetEndpoints assets, string id, DoorCaller caller, HttpContext context) => assets.GetAsync(id, caller, context));
        v2.MapDelete("/assets/{id}", (AssetEndpoints assets, string id, DoorCaller caller, HttpContext context) => assets.DeleteAsync(id, caller, context));
        v2.MapMethods("/assets/{id}/content", [HttpMethods.Get, HttpMethods.Head], (AssetEndpoints assets, string id, DoorCaller caller, HttpContext context) => assets.ContentAsync(id, caller, context));
    }

    /// <summary>Files at signed addresses: the address alone grants access.</summary>
    public static void MapContent(RouteGroupBuilder open) => open.MapMethods(
        "/content/{**path}",
        [HttpMethods.Get, HttpMethods.Head],
        async (FileProxy files, string path, HttpContext context) =>
            await files.ServeAsync(context, new DoorCaller { Owner = "" }, $"/api/doors/content/{path}{context.Request.QueryString}")
                ? TypedResults.Empty
                : V2Results.NotFound("There is no file at this address."));

    private async Task<IResult> UploadAsync(DoorCaller caller, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        if (FormReader.Of(context.Request) is not { } form)
            return Invalid("Send a multipart/form-data form with content_type, file_path and file.");
        HashingStream? content = null;
        Uploaded? upload = null;
        try
        {
            while (await form.NextAsync(context.RequestAborted) is { } part)
            {
                if (part.Name != "file" || upload is not null)
                {
                    await part.KeepAsync(context.RequestAborted);
                    continue;
                }

                content = new HashingStream(part.Body);
                upload = await api.UploadAsync(caller, content, "asset", context.RequestAborted);
            }
        }
        finally
        {
            if (content is not null)
                await content.DisposeAsync();
        }

        if (upload is null || form.Field("content_type") is not { } contentType || form.Field("file_path") is not { } path)
            return Invalid("content_type, file_path and file are required.");
        if (path.StartsWith("models/", StringComparison.Ordinal))
            return Invalid("Models cannot be uploaded: each instance of the farm has its own.");
        var hash = content!.Hash();
        if (form.Field("expected_hash") is { Length: > 0 } expected && expected != Prefix + hash)
            return V2Results.Error(StatusCodes.Status409Conflict, "hash_mismatch", $"The file has the hash {Prefix}{hash}.");
        if (ExpiryOf(form.Field("expires_in"), out var expiresIn) is { } problem)
            return problem;
        return await AddAsync(caller, context, new NewAsset
        {
            Hash = hash,
            Upload = upload.Name,
            Size = content.Bytes,
            ContentType = contentType,
            FilePath = path,
            ExpiresIn = expiresIn,
            IdempotencyKey = context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null,
        });
    }

    private async Task<IResult> FromHashAsync(DoorCaller caller, HttpContext context)
    {
        var body = await RequestJson.ReadAsync(context, MaxJson);
        if (HashOf(body?["hash"]?.ToString()) is not { } hash)
            return Invalid("hash must be blake3: and 64 hexadecimal digits.");
        if (ExpiryOf(body!["expires_in"]?.ToString(), out var expiresIn) is { } problem)
            return problem;
        try
        {
            return await AddAsync(caller, context, new NewAsset { Hash = hash, FilePath = body["file_path"]?.ToString(), ExpiresIn = expiresIn });
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return V2Results.Error(e.Status, "blob_not_found", "There are no bytes of this hash that you may use.");
        }
    }

    private async Task<IResult> AddAsync(DoorCaller caller, HttpContext context, NewAsset asset)
    {
        var made = await api.SendAsync(
            caller, HttpMethod.Post, "/api/doors/assets", JsonSerializer.SerializeToUtf8Bytes(asset, ApiJson.Default.NewAsset), ApiJson.Default.Asset, mayRepeat: false, context.RequestAborted);
        // 201: new bytes if they were sent, otherwise a new record.
        var isNew = asset.Upload is null ? made.CreatedNew is not null : made.CreatedNew == true;
        return V2Results.Json(Shape(context.Request, made with { CreatedNew = made.CreatedNew ?? false }), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task<IResult> ExistsAsync(string hash, DoorCaller caller, HttpContext context)
    {
        if (HashOf(Uri.UnescapeDataString(hash)) is not { } known)
            return TypedResults.NotFound();
        try
        {
            await api.GetAsync(caller, $"/api/doors/assets?hash={known}", ApiJson.Default.Asset, context.RequestAborted);
            return TypedResults.Ok();
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return TypedResults.NotFound();
        }
    }

    private async Task<IResult> GetAsync(string id, DoorCaller caller, HttpContext context)
    {
        if (AssetId.Parse(id) is { } result)
            return await ResultAsync(result, caller, context) is var (prompt, at) ? V2Results.Json(await ShapeAsync(prompt, at, caller, context)) : Unknown();
        return await FindAsync(id, caller, context) is { } asset ? V2Results.Json(Shape(context.Request, asset)) : Unknown();
    }

    private async Task<IResult> DeleteAsync(string id, DoorCaller caller, HttpContext context)
    {
        if (AssetId.Parse(id) is { } result)
            return await ResultAsync(result, caller, context) is null ? Unknown() : V2Results.Error(StatusCodes.Status409Conflict, "asset_in_use", "This asset is in use.");
        if (!Guid.TryParse(id, out var known))
            return Unknown();
        using var response = await api.OpenAsync(caller, () => new HttpRequestMessage(HttpMethod.Delete, $"/api/doors/assets/{known}"), context.RequestAborted);
        return response.IsSuccessStatusCode ? TypedResults.NoContent() : Unknown();
    }

    private async Task<IResult> ContentAsync(string id, DoorCaller caller, HttpContext context)
    {
        string? path = null;
        if (AssetId.Parse(id) is { } result)
            path = $"/api/generations/{result.Job}/images/{result.Index}";
        else if (await FindAsync(id, caller, context) is { } asset)
            path = $"/api/doors/content/{asset.Link.Path}";
        return path is not null && await files.ServeAsync(context, caller, path) ? TypedResults.Empty : Unknown();
    }

    private async Task<Asset?> FindAsync(string id, DoorCaller caller, HttpContext context)
    {
        if (!Guid.TryParse(id, out var known))
            return null;
        try
        {
            return await api.GetAsync(caller, $"/api/doors/assets/{known}", ApiJson.Default.Asset, context.RequestAborted);
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    private async Task<(Prompt Prompt, int At)?> ResultAsync((Guid Job, int Index) result, DoorCaller caller, HttpContext context)
    {
        if (await api.FindLinkedAsync(caller, result.Job, context.RequestAborted) is not { } prompt)
            return null;
        var at = prompt.Generation.Images.ToList().FindIndex(i => i.Index == result.Index);
        return at < 0 ? null : (prompt, at);
    }

    private async Task<JsonObject> ShapeAsync(Prompt prompt, int at, DoorCaller caller, HttpContext context)
    {
        var file = prompt.Generation.Images[at];
        var hash = await hashes.OfAsync(caller, prompt.Id, file, context.RequestAborted);
        var output = JobShapes.Output(context.Request, prompt, at);
        return new JsonObject
        {
            ["id"] = AssetId.Of(prompt.Id, file.Index),
            ["hash"] = hash is null ? null : Prefix + hash,
            ["size_bytes"] = output["size_bytes"]!.DeepClone(),
            ["content_type"] = output["content_type"]!.DeepClone(),
            ["file_path"] = output["name"]!.DeepClone(),
            ["created_at"] = JobShapes.Time(prompt.Generation.EndedAt ?? prompt.Generation.CreatedAt),
            ["url"] = output["url"]!.DeepClone(),
            ["url_expires_at"] = output["url_expires_at"]!.DeepClone(),
            ["expires_at"] = JobShapes.Time(prompt.ExpiresAt),
            ["job_id"] = prompt.Id.ToString(),
        };
    }

    private static JsonObject Shape(HttpRequest request, Asset asset)
    {
        var shape = new JsonObject
        {
            ["id"] = asset.Id.ToString(),
            ["hash"] = Prefix + asset.Hash,
            ["size_bytes"] = asset.Size,
            ["content_type"] = asset.ContentType,
            ["file_path"] = asset.FilePath,
            ["created_at"] = JobShapes.Time(asset.CreatedAt),
            ["url"] = Addresses.Of(request, asset.Link),
            ["url_expires_at"] = JobShapes.Time(asset.Link.ExpiresAt),
            ["expires_at"] = JobShapes.Time(asset.ExpiresAt),
        };
        if (asset.CreatedNew is { } isNew)
            shape["created_new"] = isNew;
        return shape;
    }

    private static string? HashOf(string? text) =>
        text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length == Prefix.Length + HashLength && text.AsSpan(Prefix.Length).ToString().All(char.IsAsciiHexDigitLower)
            ? text[Prefix.Length..]
            : null;

    private static IResult? ExpiryOf(string? text, out int? seconds)
    {
        seconds = null;
        if (string.IsNullOrEmpty(text))
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed is >= MinExpiry and <= MaxExpiry)
        {
            seconds = parsed;
            return null;
        }

        return Invalid($"expires_in is '{text}'; it must be between {MinExpiry} and {MaxExpiry} seconds.");
    }

    private static IResult Invalid(string message) => V2Results.Error(StatusCodes.Status422UnprocessableEntity, "invalid_request", message);

    private static IResult Unknown() => V2Results.NotFound("You have no asset of this id.");
}
