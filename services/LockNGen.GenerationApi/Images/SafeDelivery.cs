using System.Text;
using LockNGen.GenerationApi.Generations;
using LockNGen.Media.Types;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// What goes with the bytes of a result, which a workflow of anybody made: a type of ours, which browsers must not guess again, the name
/// that ComfyUI gave it, and for everything that a browser might run an order to store it, and to run nothing.
/// </summary>
internal static class SafeDelivery
{
    private const string RunNothing = "sandbox; default-src 'none'";

    /// <summary>Sets the headers, and tells the type to send.</summary>
    public static string Prepare(IHeaderDictionary headers, ImageRow image)
    {
        // Rows of older versions have types that a ComfyUI claimed.
        var type = MediaType.Find(image.ContentType.Split(';', 2)[0].Trim()) ?? MediaType.Unknown;
        headers.XContentTypeOptions = "nosniff";
        if (!type.IsInert)
            headers.ContentSecurityPolicy = RunNothing;
        var disposition = new ContentDispositionHeaderValue(type.IsInert ? "inline" : "attachment");
        // Quoted where it is ASCII, and encoded (RFC 5987) with all of its letters.
        disposition.SetHttpFileName(NameOf(image));
        headers.ContentDisposition = disposition.ToString();
        return type == MediaType.Text ? "text/plain; charset=utf-8" : type.ContentType;
    }

    /// <summary>The last part of the name, without what file systems and headers do not take.</summary>
    private static string NameOf(ImageRow image)
    {
        var name = image.Filename ?? "";
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.EnumerateRunes().Where(IsFit)).Trim(' ', '.');
        return name.Length > 0 ? name : $"{image.GenerationId}-{image.Number}{Path.GetExtension(image.StoredAs)}";
    }

    // Nor what turns the direction of reading, which makes one ending look like another.
    private static bool IsFit(Rune rune) =>
        !Rune.IsControl(rune) && rune.Value is not ('"' or '<' or '>' or ':' or '|' or '?' or '*' or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069));
}
