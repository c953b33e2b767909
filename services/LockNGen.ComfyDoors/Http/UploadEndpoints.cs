using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Http;

/// <summary>
/// <c>/upload/image</c> and <c>/upload/mask</c>: any type of file, its parts in any order. It keeps the name that it was sent with, for its owner.
/// </summary>
internal sealed class UploadEndpoints(GenerationApiClient api, IOptions<DoorOptions> options)
{
    private static readonly string[] Folders = ["input", "temp", "output"];

    public static void Map(RouteGroupBuilder comfy)
    {
        foreach (var path in (ReadOnlySpan<string>)["/upload/image", "/upload/mask"])
            comfy.MapPost(path, (UploadEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.UploadAsync(caller, context));
    }

    private async Task<IResult> UploadAsync(DoorCaller caller, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        if (FormReader.Of(context.Request) is not { } form)
            return TypedResults.BadRequest();
        (string Name, Uploaded File)? uploaded = null;
        try
        {
            while (await form.NextAsync(context.RequestAborted) is { } part)
            {
                if (part.Name == "image" && uploaded is null)
                    uploaded = (part.FileName, await api.UploadAsync(caller, part.Body, "upload", context.RequestAborted));
                else
                    await part.KeepAsync(context.RequestAborted);
            }
        }
        catch (ApiException e) when (e.Status is StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status400BadRequest)
        {
            return ComfyAnswers.Error(e.Status, e.Problem.Code ?? "invalid_upload", e.Message);
        }
        catch (Exception e) when (e is InvalidDataException or IOException && !context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.BadRequest();
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
        return ComfyAnswers.Json(new JsonObject { ["name"] = named.Name, ["subfolder"] = subfolder, ["type"] = folder });
    }
}
