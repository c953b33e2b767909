using System.Text;
using LockNGen.GenerationApi.Generations;
using LockNGen.Media.Types;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// The headers of a result or an upload, whose bytes anyone may have made: our own type, which browsers must not guess again, the name
/// that it was given, and for anything that a browser might run, the instruction to download it and run nothing.
/// </summary>
internal static class SafeDelivery
{
    private const string RunNothing = "sandbox; default-src 'none'";

    /// <summary>Sets the headers of a result, and returns the type to send.</summary>
    public static string Prepare(IHeaderDictionary headers, ImageRow image) =>
        Prepare(headers, image.ContentType, image.Filename, $"{image.GenerationId}-{image.Number}{Path.GetExtension(image.StoredAs)}");

    /// <summary>Sets the headers of a file, and returns the type to send.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="contentType">Its recognized type.</param>
    /// <param name="name">Its original name.</param>
    /// <param name="otherwise">Its name if nothing of the original name is usable.</param>
    public static string Prepare(IHeaderDictionary headers, string contentType, string? name, string otherwise)
    {
        // Rows of older versions have types declared by ComfyUI.
        var type = MediaType.Find(contentType.Split(';', 2)[0].Trim()) ?? MediaType.Unknown;
        headers.XContentTypeOptions = "nosniff";
        if (!type.IsInert)
            headers.ContentSecurityPolicy = RunNothing;
        var disposition = new ContentDispositionHeaderValue(type.IsInert ? "inline" : "attachment");
        // Quoted where it is ASCII, and encoded (RFC 5987) with all of its letters.
        disposition.SetHttpFileName(Clean(name ?? "") is { Length: > 0 } clean ? clean : otherwise);
        headers.ContentDisposition = disposition.ToString();
        return type == MediaType.Text ? "text/plain; charset=utf-8" : type.ContentType;
    }

    /// <summary>The last part of the name, without characters that file systems and headers do not allow.</summary>
    private static string Clean(string name) =>
        string.Concat(name[(name.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes().Where(IsFit)).Trim(' ', '.');

    // Nor characters that change the reading direction, which can disguise an extension.
    private static bool IsFit(Rune rune) =>
        !Rune.IsControl(rune) && rune.Value is not ('"' or '<' or '>' or ':' or '|' or '?' or '*' or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069));
}
