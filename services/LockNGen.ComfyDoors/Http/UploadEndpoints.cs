using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace LockNGen.ComfyDoors.Http;

/// <summary>
/// <c>/upload/image</c> and <c>/upload/mask</c>: any type of file, its parts in any order. It keeps the name that it was sent with, for its owner.
/// </summary>
internal sealed class UploadEndpoints(GenerationApiClient api, IOptions<DoorOptions> options)
{
    private const int MaxField = 65_536;

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
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
            return TypedResults.BadRequest();

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        (string Name, Uploaded File)? uploaded = null;
        var reader = new MultipartReader(boundary, context.Request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                    continue;
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                if (name == "image" && uploaded is null)
                    uploaded = (FileNameOf(disposition), await api.UploadAsync(caller, section.Body, "upload", context.RequestAborted));
                else
                    fields[name] = await ReadFieldAsync(section.Body, context.RequestAborted);
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

        return uploaded is not { Name.Length: > 0 } file ? TypedResults.BadRequest() : await NameAsync(caller, file.Name, file.File, fields, context.RequestAborted);
    }

    private async Task<IResult> NameAsync(DoorCaller caller, string name, Uploaded file, Dictionary<string, string> fields, CancellationToken cancellationToken)
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

    /// <summary>Without the folders that a browser or a script may send with it.</summary>
    private static string FileNameOf(ContentDispositionHeaderValue disposition)
    {
        var name = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();
        return name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxField + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxField
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A field has more than {MaxField} bytes."));
    }
}
