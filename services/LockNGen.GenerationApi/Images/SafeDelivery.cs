using System.Text;
using LockNGen.GenerationApi.Generations;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// What goes with the bytes of a result, which a workflow of anybody made: a type of ours, which browsers must not guess again, the name
/// that ComfyUI gave it, and for everything that a browser might run an order to store it, and to run nothing.
/// </summary>
internal static class SafeDelivery
{
    private const string RunNothing = "sandbox; default-src 'none'";
    private const string Unknown = "application/octet-stream";

    // What only shows, plays or is read. SVG, HTML, XML, PDF and whatever is new are not among them.
    private static readonly HashSet<string> Inert = new(StringComparer.OrdinalIgnoreCase)
    {
        "image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif", "image/heic", "image/heif", "image/jxl", "image/x-exr",
        "video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/ogg", "video/x-msvideo",
        "audio/mp4", "audio/webm", "audio/x-matroska", "audio/flac", "audio/mpeg", "audio/aac", "audio/ogg", "audio/wav", "audio/aiff",
        "model/gltf-binary", "model/gltf+json", "model/obj", "model/stl", "model/ply", "model/fbx",
        "text/plain", "application/json",
    };

    private static readonly HashSet<string> Stored = new(StringComparer.OrdinalIgnoreCase)
    {
        "image/svg+xml", "text/html", "application/xml", "application/pdf", "application/zip", "application/gzip", "application/x-safetensors",
    };

    /// <summary>Sets the headers, and tells the type to send.</summary>
    public static string Prepare(IHeaderDictionary headers, ImageRow image)
    {
        var type = image.ContentType.Split(';', 2)[0].Trim();
        var isInert = Inert.Contains(type);
        headers.XContentTypeOptions = "nosniff";
        if (!isInert)
            headers.ContentSecurityPolicy = RunNothing;
        var disposition = new ContentDispositionHeaderValue(isInert ? "inline" : "attachment");
        // Quoted where it is ASCII, and encoded (RFC 5987) with all of its letters.
        disposition.SetHttpFileName(NameOf(image));
        headers.ContentDisposition = disposition.ToString();
        if (type.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            return "text/plain; charset=utf-8";
        // Rows of older versions have types that a ComfyUI claimed.
        return isInert || Stored.Contains(type) ? type : Unknown;
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
