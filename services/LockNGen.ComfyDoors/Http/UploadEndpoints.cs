using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Http;

/// <summary>
/// <c>/upload/image</c> and <c>/upload/mask</c>: any type of file, its parts in any order. For its owner the file keeps the name it was sent with.
/// </summary>
internal sealed class UploadEndpoints(GenerationApiClient api, MaskUpload masks, IOptions<DoorOptions> options)
{
    private static readonly string[] Folders = ["input", "temp", "output"];

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapPost("/upload/image", (UploadEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.UploadAsync(caller, isMask: false, context));
        comfy.MapPost("/upload/mask", (UploadEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.UploadAsync(caller, isMask: true, context));
    }

    private async Task<IResult> UploadAsync(DoorCaller caller, bool isMask, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        if (FormReader.Of(context.Request) is not { } form)
            return TypedResults.BadRequest();
        (string Name, Uploaded File)? uploaded = null;
        (string Name, byte[] File)? mask = null;
        try
        {
            while (await form.NextAsync(context.RequestAborted) is { } part)
            {
                // The picture it belongs to may be named in a later part.
                if (part.Name == "image" && isMask && mask is null)
                    mask = (part.FileName, await OwnFiles.ReadAsync(part.Body, context.RequestAborted) ?? throw new InvalidDataException("The mask is too large."));
                else if (part.Name == "image" && !isMask && uploaded is null)
                    uploaded = (part.FileName, await api.UploadAsync(caller, part.Body, "upload", context.RequestAborted));
                else
                    await part.KeepAsync(context.RequestAborted);
            }

            if (mask is var (name, bytes))
            {
                var laid = form.Field("original_ref") is { } original
                    ? await masks.LayAsync(caller, bytes, original, context.RequestAborted)
                    : await api.UploadAsync(caller, new MemoryStream(bytes), "upload", context.RequestAborted);
                if (laid is null)
                    return ComfyResults.Error(StatusCodes.Status400BadRequest, "invalid_mask", "original_ref must name a picture of yours, of the size of the mask");
                uploaded = (name, laid);
            }
        }
        catch (ApiException e) when (e.Status is StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status400BadRequest)
        {
            return ComfyResults.Error(e.Status, e.Problem.Code ?? "invalid_upload", e.Message);
        }

        return uploaded is not { Name.Length: > 0 } file ? TypedResults.BadRequest() : await NameAsync(caller, file.Name, file.File, form.Fields, context.RequestAborted);
    }

    private async Task<IResult> NameAsync(DoorCaller caller, string name, Uploaded file, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken)
    {
        var folder = fields.GetValueOrDefault("type") is { Length: > 0 } type ? type : "input";
        var subfolder = fields.GetValueOrDefault("subfolder", "");
        if (!Folders.Contains(folder, StringComparer.Ordinal) || subfolder.StartsWith('/') || subfolder.Split('/', '\\').Contains("..", StringComparer.Ordinal))
            return TypedResults.BadRequest();
        var overwrite = fields.GetValueOrDefault("overwrite") is "true" or "1";
        var named = await api.SendAsync(
            caller,
            HttpMethod.Put,
            $"/api/doors/files?overwrite={(overwrite ? "true" : "false")}",
            JsonSerializer.SerializeToUtf8Bytes(new NamedFile { Folder = folder, Subfolder = subfolder, Name = name, Upload = file.Name }, ApiJson.Default.NamedFile),
            ApiJson.Default.NamedFile,
            mayRepeat: true,
            cancellationToken);
        return ComfyResults.Json(new JsonObject { ["name"] = named.Name, ["subfolder"] = subfolder, ["type"] = folder });
    }
}
