using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.GenerationApi.Doors;

/// <summary>PUT and GET /api/doors/files: uploads under the names that their owners gave them.</summary>
internal static class FileEndpoints
{
    private const int MaxBytes = 8_192;
    private const int MaxPath = 255;

    private static readonly string[] Folders = ["input", "temp", "output"];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/doors/files").RequireAuthorization().ExcludeFromDescription();
        group.MapPut("/", PutAsync);
        group.MapGet("/", GetAsync);
    }

    private static async Task<IResult> PutAsync([FromQuery] bool? overwrite, Caller caller, NamedFiles files, HttpContext context)
    {
        var (file, _, malformed) = await RequestBody.ReadAsync(context, DoorJson.Default.NamedFile, MaxBytes);
        if (malformed is not null)
            return malformed;
        if (FindProblem(file!) is { } problem)
            return problem;
        return await files.SaveAsync(file!, caller.Owner, overwrite == true, context.RequestAborted) is { } name
            ? TypedResults.Json(file! with { Name = name }, DoorJson.Default.NamedFile)
            : Problem.Invalid("name", ErrorCodes.TooMany, "There are too many files of this name.");
    }

    private static async Task<IResult> GetAsync(
        [FromQuery] string? folder, [FromQuery] string? subfolder, [FromQuery] string name, Caller caller, NamedFiles files, UploadStore uploads, HttpContext context)
    {
        var file = new NamedFile { Folder = folder ?? Folders[0], Subfolder = subfolder ?? "", Name = name, Upload = "" };
        if (await files.FindAsync(file, caller.Owner, context.RequestAborted) is not { } upload
            || await uploads.OpenTypedAsync(upload, context.RequestAborted) is not var (content, type))
            return Problem.Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "You have no file of this name.");
        context.Response.Headers["Upload-Name"] = upload;
        return TypedResults.Stream(content, SafeDelivery.Prepare(context.Response.Headers, type, name, upload), enableRangeProcessing: true);
    }

    private static ProblemHttpResult? FindProblem(NamedFile file)
    {
        if (!Folders.Contains(file.Folder, StringComparer.Ordinal))
            return Problem.Invalid("folder", ErrorCodes.NotAChoice, $"folder is not one of: {string.Join(", ", Folders)}.");
        if (file.Name.Length is 0 or > MaxPath || file.Subfolder.Length > MaxPath || file.Name.AsSpan().ContainsAny("/\\\0"))
            return Problem.Invalid("name", ErrorCodes.OutOfRange, $"name must have 1 to {MaxPath} characters and no folder, subfolder at most {MaxPath}.");
        return UploadName.In(file.Upload) is null ? Problem.Invalid("upload", ErrorCodes.UnknownUpload, "upload is not a name that POST /api/uploads has returned.") : null;
    }
}
