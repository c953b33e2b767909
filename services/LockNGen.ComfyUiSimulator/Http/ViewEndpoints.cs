using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Pictures;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/view</c>: files, whole, in ranges, or re-encoded.</summary>
internal static class ViewEndpoints
{
    private const int DefaultQuality = 90;
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/view", ["GET", "HEAD"], View);

    private static IResult View(HttpContext context, IFileStore files)
    {
        var query = context.Request.Query;
        if (!query.ContainsKey("filename"))
            return ComfyResults.Empty(StatusCodes.Status404NotFound);

        var annotated = AnnotatedName.Parse(query["filename"].ToString());
        if (annotated.Name.Length == 0 || annotated.Name.StartsWith('/') || annotated.Name.Contains("..", StringComparison.Ordinal))
            return ComfyResults.Empty(StatusCodes.Status400BadRequest);
        var type = query.TryGetValue("type", out var given) ? given.ToString() : "output";
        if ((annotated.Kind ?? FileKindNames.Parse(type)) is not { } kind)
            return ComfyResults.Empty(StatusCodes.Status400BadRequest);
        if (FilePath.Normalize(query["subfolder"].ToString()) is not { } subfolder)
            return ComfyResults.Empty(StatusCodes.Status403Forbidden);

        var name = annotated.Name[(annotated.Name.LastIndexOf('/') + 1)..];
        if (files.Read(kind, FilePath.Combine(subfolder, name)) is not { } content)
            return ComfyResults.Empty(StatusCodes.Status404NotFound);

        context.Response.Headers.ContentDisposition = $"filename=\"{name}\"";
        if (query.TryGetValue("preview", out var preview))
            return Preview(content, preview.ToString(), query["channel"].ToString());
        if (query.TryGetValue("channel", out var channel) && channel.ToString() is "rgb" or "a")
            return Channel(content, channel.ToString());
        return TypedResults.Bytes(content, ContentTypes.TryGetContentType(name, out var known) ? known : "application/octet-stream", enableRangeProcessing: true);
    }

    /// <summary><c>jpeg;75</c> or <c>webp;50</c>; anything else means WebP.</summary>
    private static FileContentHttpResult Preview(byte[] content, string preview, string channel)
    {
        var parts = preview.Split(';');
        var bitmap = Decode(content);
        var quality = parts.Length > 1 && int.TryParse(parts[1], out var given) ? given : DefaultQuality;
        return parts[0] == "jpeg" && channel != "rgba"
            ? TypedResults.Bytes(PictureCodec.EncodeJpeg(bitmap, quality), "image/jpeg")
            : TypedResults.Bytes(PictureCodec.EncodeWebp(bitmap, quality), "image/webp");
    }

    private static FileContentHttpResult Channel(byte[] content, string channel)
    {
        var bitmap = Decode(content);
        if (channel == "rgb")
        {
            var opaque = new Bitmap(bitmap.Width, bitmap.Height);
            bitmap.Rgb.CopyTo(opaque.Rgb, 0);
            return TypedResults.Bytes(PngEncoder.Encode(opaque), "image/png");
        }

        var alpha = bitmap.Alpha ?? [.. Enumerable.Repeat((byte)255, bitmap.Width * bitmap.Height)];
        return TypedResults.Bytes(PngEncoder.Encode(new Bitmap(bitmap.Width, bitmap.Height) { Alpha = alpha }), "image/png");
    }

    private static Bitmap Decode(byte[] content) =>
        PictureCodec.TryDecode(content) ?? throw new InvalidDataException("cannot identify image file");
}
