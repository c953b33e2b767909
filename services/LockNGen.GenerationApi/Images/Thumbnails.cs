using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;

namespace LockNGen.GenerationApi.Images;

/// <summary>
/// Smaller versions of pictures, made when first asked for and kept beside the original. Only PNG, ComfyUI's own format, is scaled;
/// other formats are served as they are, which any client can show in whatever size (docs/decisions/images.md).
/// </summary>
internal sealed class Thumbnails(IImageStore files) : IDisposable
{
    public const int MinSize = 16;
    public const int MaxSize = 1024;

    /// <summary>Memory is bounded by the number of pictures at work at once.</summary>
    private readonly SemaphoreSlim _atWork = new(2);

    /// <summary>A version whose longer side is at most <paramref name="size"/>, and its entity tag.</summary>
    public async Task<(Stream? Content, string Tag)> OpenAsync(ImageRow image, int size, CancellationToken cancellationToken)
    {
        if (image.ContentType != "image/png" || Math.Max(image.Width, image.Height) <= size || (long)image.Width * image.Height > PngPicture.MaxPixels)
            return (await files.OpenAsync(image.StoredAs, cancellationToken), image.Hash);

        // Few sizes are kept, so that nobody fills the disk by asking for each: the next power of two, which a client scales down.
        var kept = (int)Math.Min(MaxSize, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size));
        var tag = $"{image.Hash}-{kept}";
        var key = $"{image.StoredAs}.{image.Hash[..8]}.{kept}.png";
        if (await files.OpenAsync(key, cancellationToken) is { } known)
            return (known, tag);
        await _atWork.WaitAsync(cancellationToken);
        try
        {
            return await MakeAsync(image, kept, key, cancellationToken) is { } made ? (made, tag) : (await files.OpenAsync(image.StoredAs, cancellationToken), image.Hash);
        }
        finally
        {
            _atWork.Release();
        }
    }

    public void Dispose() => _atWork.Dispose();

    private async Task<Stream?> MakeAsync(ImageRow image, int size, string key, CancellationToken cancellationToken)
    {
        await using var original = await files.OpenAsync(image.StoredAs, cancellationToken);
        if (original is null || await PngPicture.ReadAsync(original, cancellationToken) is not { } picture)
            return null;
        using var bytes = new MemoryStream();
        picture.ScaledTo(size).Write(bytes);
        bytes.Position = 0;
        await files.SaveAsync(key, bytes, cancellationToken);
        return await files.OpenAsync(key, cancellationToken);
    }
}
