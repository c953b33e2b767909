using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Storage;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>
/// POST /api/uploads: a file for a workflow to read, as the form field <c>file</c> or <c>image</c>. HEAD /api/uploads/{hash}: whether it does not
/// have to be sent.
/// </summary>
internal static class UploadEndpoint
{
    /// <summary>The header of HEAD's response with the upload's name.</summary>
    private const string NameHeader = "Upload-Name";
    private const int HashLength = 64;

    private static readonly string[] Fields = ["file", "image"];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/uploads", PostAsync)
            .RequireAuthorization()
            .DisableAntiforgery()
            // Other types are refused here, with what is expected.
            .Accepts<IFormFile>("multipart/form-data", "*/*")
            .Produces<UploadResponse>(StatusCodes.Status201Created)
            .ProducesProblems(400, 401, 413, 415, 507)
            .WithName("Upload")
            .WithTags("Uploads")
            .WithSummary("Upload a file for a workflow to read (form field file or image)")
            .WithDescription($"The type is recognized by the file's bytes. Accepted are {UploadTypes.Allowed}. The same bytes are stored once, under their first name.");
        endpoints.MapMethods("/api/uploads/{hash}", [HttpMethods.Head], HeadAsync)
            .RequireAuthorization()
            .Produces(StatusCodes.Status200OK)
            .ProducesProblems(401, 404)
            .WithName("FindUpload")
            .WithTags("Uploads")
            .WithSummary("Whether you have uploaded these bytes already")
            .WithDescription($"hash is the SHA-256 of the file, in hexadecimal. 200 with the header {NameHeader}, or 404: unknown, or someone else's.");
    }

    private static async Task<IResult> PostAsync(HttpContext context, Caller caller, UploadStore uploads, IOptions<StorageOptions> options)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        try
        {
            if (await MultipartFile.OfAsync(context, Fields) is not { Body: { } file })
                return Problem.Invalid(Fields[0], ErrorCodes.Required, "Send the file as the field 'file' (or 'image') of a multipart/form-data form.");
            var (upload, info) = await uploads.AddAsync(file, caller.Owner, context.RequestAborted);
            var answer = new UploadResponse(upload.Name, upload.ContentType, info.Width, info.Height) { Kind = info.Kind, Bytes = upload.Size, Hash = upload.Hash };
            return TypedResults.Json(answer, UploadJson.Default.UploadResponse, statusCode: StatusCodes.Status201Created);
        }
        catch (UploadRefusedException e)
        {
            return Problem.Of(e.Status, e.Code, e.Message);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return RequestBody.TooLarge(options.Value.MaxUploadBytes);
        }
        catch (Exception e) when (MultipartFile.IsDamaged(e, context))
        {
            return MultipartFile.Damaged(Fields);
        }
    }

    private static async Task<IResult> HeadAsync(string hash, HttpContext context, Caller caller, UploadStore uploads)
    {
        var isHash = hash.Length == HashLength && hash.All(char.IsAsciiHexDigit);
        if (!isHash || await uploads.FindAsync(hash.ToLowerInvariant(), caller.Owner, context.RequestAborted) is not { } upload)
            return Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "You have no upload with this hash.");
        context.Response.Headers[NameHeader] = upload.Name;
        return TypedResults.Ok();
    }
}

/// <summary>The answer of POST /api/uploads.</summary>
/// <param name="Name">What parameters and workflows refer to.</param>
/// <param name="ContentType">The file's media type.</param>
/// <param name="Width">In pixels; 0 if the format does not say.</param>
/// <param name="Height">In pixels; 0 if the format does not say.</param>
public sealed record UploadResponse(string Name, string ContentType, int Width, int Height)
{
    /// <summary><c>image</c>, <c>video</c>, <c>audio</c>, <c>model</c>, <c>latent</c>, <c>text</c> or <c>file</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Its size.</summary>
    public long Bytes { get; init; }

    /// <summary>Hexadecimal SHA-256 of its bytes, for HEAD /api/uploads/{hash}.</summary>
    public string? Hash { get; init; }
}
