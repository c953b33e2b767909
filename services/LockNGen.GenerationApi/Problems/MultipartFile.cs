using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Problems;

/// <summary>The file of a multipart form, read as it comes in: nothing of it is buffered in memory or in a temporary file.</summary>
internal static class MultipartFile
{
    /// <summary>The first of these fields that the form has; null if it has none, or if the body is not a form.</summary>
    public static async Task<(Stream Body, string? Name)?> OfAsync(HttpContext context, IReadOnlyList<string> fields)
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
                && fields.Contains(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), StringComparer.Ordinal))
            {
                return (section.Body, disposition.FileName.HasValue ? HeaderUtilities.RemoveQuotes(disposition.FileName).ToString() : null);
            }
        }

        return null;
    }

    /// <summary>Whether reading a form failed because of its content, not because the client disconnected.</summary>
    public static bool IsDamaged(Exception exception, HttpContext context) =>
        exception is InvalidDataException or IOException { InnerException: null } && !context.RequestAborted.IsCancellationRequested;

    /// <summary>The response to a damaged form.</summary>
    public static ProblemHttpResult Damaged(IReadOnlyList<string> fields) =>
        Problem.Invalid(fields[0], ErrorCodes.WrongType, "The multipart body is damaged.");
}
