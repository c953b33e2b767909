using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/upload/image</c> and <c>/upload/mask</c>.</summary>
internal static class UploadEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/upload/image", async (HttpRequest request, IFileStore files, CancellationToken cancellationToken) =>
            await SaveAsync(await request.ReadFormAsync(cancellationToken), files, static (_, content, _) => content, cancellationToken));
        routes.MapPost("/upload/mask", async (HttpRequest request, IFileStore files, CancellationToken cancellationToken) =>
            await SaveAsync(await request.ReadFormAsync(cancellationToken), files, ApplyMask, cancellationToken));
    }

    private static async Task<IResult> SaveAsync(
        IFormCollection form, IFileStore files, Func<IFormCollection, byte[], IFileStore, byte[]?> transform, CancellationToken cancellationToken)
    {
        var type = form.TryGetValue("type", out var given) ? given.ToString() : "input";
        var kind = FileKindNames.Parse(type) ?? throw PythonException.ValueError("cannot access local variable 'type_dir'");
        if (form.Files.GetFile("image") is not { FileName.Length: > 0, Length: > 0 } upload)
            return ComfyResults.Empty(StatusCodes.Status400BadRequest);

        using var buffer = new MemoryStream();
        await upload.CopyToAsync(buffer, cancellationToken);
        var subfolder = form["subfolder"].ToString();
        if (FilePath.Normalize(subfolder) is not { } folder || FilePath.Normalize(FilePath.Combine(folder, upload.FileName)) is not { Length: > 0 } path)
            return ComfyResults.Empty(StatusCodes.Status400BadRequest);
        if (transform(form, buffer.ToArray(), files) is not { } content)
            return ComfyResults.Empty(StatusCodes.Status400BadRequest);

        var name = upload.FileName;
        if (form["overwrite"].ToString() is not ("true" or "1"))
            (name, path) = FreeName(files, kind, folder, name, path, content);
        files.Write(kind, path, content);
        return ComfyResults.Json(new JsonObject { ["name"] = name, ["subfolder"] = subfolder, ["type"] = kind.Wire() });
    }

    /// <summary>Same name and same bytes stay; other bytes get <c>name (1).png</c>.</summary>
    private static (string Name, string Path) FreeName(IFileStore files, FileKind kind, string folder, string name, string path, byte[] content)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        for (var i = 1; files.Read(kind, path) is { } existing && !existing.AsSpan().SequenceEqual(content); i++)
        {
            name = $"{stem} ({i}){extension}";
            path = FilePath.Combine(folder, name);
        }

        return (name, path);
    }

    /// <summary>The picture named by <c>original_ref</c> with the uploaded picture's alpha channel.</summary>
    private static byte[]? ApplyMask(IFormCollection form, byte[] content, IFileStore files)
    {
        var reference = JsonNode.Parse(form["original_ref"].ToString()) as JsonObject ?? throw PythonException.KeyError("filename");
        var annotated = AnnotatedName.Parse(reference["filename"]?.ToString() ?? throw PythonException.KeyError("filename"));
        var kind = annotated.Kind ?? FileKindNames.Parse(reference["type"]?.ToString() ?? "output");
        if (kind is null || FilePath.Normalize(FilePath.Combine(reference["subfolder"]?.ToString() ?? "", annotated.Name)) is not { } path)
            return null;
        if (files.Read(kind.Value, path) is not { } original || PictureCodec.TryDecode(original) is not { } picture)
            return content;
        var mask = PictureCodec.TryDecode(content);
        var masked = new Bitmap(picture.Width, picture.Height) { Alpha = new byte[picture.Width * picture.Height] };
        picture.Rgb.CopyTo(masked.Rgb, 0);
        for (var i = 0; i < masked.Alpha.Length; i++)
        {
            var (x, y) = (i % picture.Width, i / picture.Width);
            var source = mask is null ? 0 : (y * mask.Height / picture.Height * mask.Width) + (x * mask.Width / picture.Width);
            masked.Alpha[i] = mask?.Alpha?[source] ?? 255;
        }

        return PngEncoder.Encode(masked);
    }
}
