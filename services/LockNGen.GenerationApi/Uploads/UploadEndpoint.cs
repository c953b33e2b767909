using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Storage;
using LockNGen.Media.Types;
using LockNGen.ServiceDefaults.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>POST /api/uploads: a picture for img2img and inpaint, as the form field <c>image</c>.</summary>
internal static class UploadEndpoint
{
    private const string Field = "image";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/api/uploads", PostAsync)
        .RequireAuthorization()
        .DisableAntiforgery()
        // Another type is answered here, with what is expected.
        .Accepts<IFormFile>("multipart/form-data", "*/*")
        .Produces<UploadAnswer>(StatusCodes.Status201Created)
        .ProducesProblems(400, 401, 413, 415)
        .WithName("Upload")
        .WithTags("Uploads")
        .WithSummary("Upload a picture (form field image) for a workflow to read");

    private static async Task<IResult> PostAsync(HttpContext context, Caller caller, UploadStore uploads, IOptions<StorageOptions> options)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        try
        {
            if (await FileOfAsync(context) is not { } file)
                return Problem.Invalid(Field, ErrorCodes.Required, "Send the file as the field 'image' of a multipart/form-data form.");
            var (info, _, content) = await FileBody.PeekAsync(file, context.RequestAborted);
            if (!IsPicture(info.Type))
            {
                return Problem.Of(
                    StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedImage, "The file is no PNG, JPEG, WebP or GIF picture.");
            }

            await using (content)
            {
                var name = await uploads.AddAsync(content, info, caller.Owner, context.RequestAborted);
                return TypedResults.Json(new UploadAnswer(name, info.ContentType, info.Width, info.Height), ApiJson.Default.UploadAnswer, statusCode: StatusCodes.Status201Created);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return RequestBody.TooLarge(options.Value.MaxUploadBytes);
        }
        catch (InvalidDataException)
        {
            return Problem.Invalid(Field, ErrorCodes.WrongType, "The multipart body is damaged.");
        }
    }

    private static bool IsPicture(MediaType type) =>
        type == MediaType.Png || type == MediaType.Jpeg || type == MediaType.WebP || type == MediaType.Gif;

    /// <summary>The field's content as it comes in: nothing of it is buffered in memory or in a temporary file.</summary>
    private static async Task<Stream?> FileOfAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
        {
            return null;
        }

        var reader = new MultipartReader(boundary, context.Request.Body);
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                && HeaderUtilities.RemoveQuotes(disposition.Name).Equals(Field, StringComparison.Ordinal))
            {
                return section.Body;
            }
        }

        return null;
    }
}

/// <summary>The answer of POST /api/uploads.</summary>
/// <param name="Name">What parameters and workflows refer to.</param>
/// <param name="ContentType">What the file is.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public sealed record UploadAnswer(string Name, string ContentType, int Width, int Height);
