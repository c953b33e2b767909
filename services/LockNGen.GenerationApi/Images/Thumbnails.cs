using System.Numerics;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// Smaller versions of pictures, made on first request and kept beside the original. Files that are not scaled (docs/decisions/images.md)
/// are served as they are, which any client can show in whatever size.
/// </summary>
internal sealed class Thumbnails(IImageStore files) : IDisposable
{
    public const int MinSize = 16;
    public const int MaxSize = 1024;

    /// <summary>The output type for each type that is scaled; Skia writes no GIF.</summary>
    private static readonly Dictionary<string, (string Type, string Extension)> Made = new(StringComparer.Ordinal)
    {
        ["image/png"] = ("image/png", ".png"),
        ["image/jpeg"] = ("image/jpeg", ".jpg"),
        ["image/webp"] = ("image/webp", ".webp"),
        ["image/gif"] = ("image/png", ".png"),
    };

    /// <summary>Memory is bounded by how many pictures are scaled at once: several of usual size, plus one large one.</summary>
    private readonly SemaphoreSlim _usual = new(4);
    private readonly SemaphoreSlim _large = new(1);

    /// <summary>A version whose longer side is at most <paramref name="size"/>, its entity tag, and the row that describes it.</summary>
    public async Task<(Stream? Content, string Tag, ImageRow Image)> OpenAsync(ImageRow image, int size, CancellationToken cancellationToken)
    {
        if (Math.Max(image.Width, image.Height) <= size || !Made.TryGetValue(image.ContentType, out var made))
            return await WholeAsync(image, cancellationToken);

        // Only a few sizes are kept, so that requesting every size does not fill the disk: the next power of two, which a client scales down.
        var kept = (int)Math.Min(MaxSize, BitOperations.RoundUpToPowerOf2((uint)size));
        var key = $"{image.StoredAs}.{image.Hash[..8]}.{kept}{made.Extension}";
        var content = await files.OpenAsync(key, cancellationToken) ?? await MakeAsync(image, kept, key, cancellationToken);
        return content is null
            ? await WholeAsync(image, cancellationToken)
            : (content, $"{image.Hash}-{kept}", Described(image, made, key));
    }

    public void Dispose()
    {
        _usual.Dispose();
        _large.Dispose();
    }

    private static ImageRow Described(ImageRow image, (string Type, string Extension) made, string key) =>
        image with { ContentType = made.Type, StoredAs = key, Filename = Path.ChangeExtension(image.Filename, made.Extension) };

    private async Task<(Stream? Content, string Tag, ImageRow Image)> WholeAsync(ImageRow image, CancellationToken cancellationToken) =>
        (await files.OpenAsync(image.StoredAs, cancellationToken), image.Hash, image);

    private async Task<Stream?> MakeAsync(ImageRow image, int size, string key, CancellationToken cancellationToken)
    {
        var atWork = (long)image.Width * image.Height <= PictureScaler.UsualPixels ? _usual : _large;
        await atWork.WaitAsync(cancellationToken);
        try
        {
            await using var original = await OpenHereAsync(image, cancellationToken);
            using var scaled = original is null ? null : PictureScaler.Scale(original, size, cancellationToken);
            if (scaled is null)
                return null;
            await using var bytes = scaled.AsStream();
            await files.SaveAsync(key, bytes, cancellationToken);
            return await files.OpenAsync(key, cancellationToken);
        }
        finally
        {
            atWork.Release();
        }
    }

    /// <summary>Skia reads synchronously and seeks: content from a network is put into a file first.</summary>
    private async Task<Stream?> OpenHereAsync(ImageRow image, CancellationToken cancellationToken)
    {
        var original = await files.OpenAsync(image.StoredAs, cancellationToken);
        if (original is null or FileStream)
            return original;
        await using (original)
        {
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            var here = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            try
            {
                await original.CopyToAsync(here, cancellationToken);
                here.Position = 0;
                return here;
            }
            catch
            {
                await here.DisposeAsync();
                throw;
            }
        }
    }
}
