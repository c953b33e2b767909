using LockNGen.Media.Metadata;
using LockNGen.Media.Types;

namespace LockNGen.Media;

/// <summary>
/// Removes the workflow from finished files: ComfyUI writes it into pictures, videos, audio, models and latents. The media itself stays as it
/// was, bit for bit. A file is recognized by its first bytes and read once; however large it is, little of it is held in memory.
/// </summary>
public static class MetadataFilter
{
    /// <summary>Formats without room for metadata, or plain text.</summary>
    private static readonly HashSet<MediaType> Plain =
        [MediaType.Bmp, MediaType.Text, MediaType.Json, MediaType.Html, MediaType.Xml, MediaType.Obj, MediaType.Ply, MediaType.Stl];

    /// <summary>Copies a file without its metadata.</summary>
    /// <returns>
    /// Whether the copy is known to have none: false for formats that are not cleaned here, and for files that could not be parsed to their end as
    /// what they claim to be. Those are copied as they are.
    /// </returns>
    public static async Task<bool> CopyWithoutAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        using var copy = new FilteredCopy(source, destination);
        var type = MediaFile.Recognize((await copy.PeekAsync(MediaFile.HeadLength, cancellationToken)).Span).Type;
        var isClean = await FilterAsync(copy, type, cancellationToken);
        await copy.CopyRestAsync(cancellationToken);
        return isClean;
    }

    private static Task<bool> FilterAsync(FilteredCopy copy, MediaType type, CancellationToken cancellationToken) => type switch
    {
        _ when type == MediaType.Png => PngMetadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.Jpeg => JpegMetadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.Gif => GifMetadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.WebP || type == MediaType.Wav || type == MediaType.Avi || type == MediaType.Aiff => RiffMetadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.Avif || type == MediaType.Heic || type == MediaType.Heif => new IsoMediaMetadata(copy, isPicture: true).FilterAsync(cancellationToken),
        _ when type == MediaType.Mp4 || type == MediaType.QuickTime || type == MediaType.M4A => new IsoMediaMetadata(copy, isPicture: false).FilterAsync(cancellationToken),
        _ when type == MediaType.WebM || type == MediaType.Matroska || type == MediaType.WebMAudio || type == MediaType.MatroskaAudio =>
            MatroskaMetadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.Flac || type == MediaType.Mp3 => Mp3Metadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.Ogg || type == MediaType.Opus || type == MediaType.OggVideo => OggMetadata.FilterAsync(copy, cancellationToken),
        _ when type == MediaType.Glb => JsonMetadata.FilterGlbAsync(copy, cancellationToken),
        _ when type == MediaType.Gltf => JsonMetadata.FilterGltfAsync(copy, cancellationToken),
        _ when type == MediaType.Latent || type == MediaType.Safetensors => JsonMetadata.FilterSafetensorsAsync(copy, cancellationToken),
        _ when type == MediaType.Svg => SvgMetadata.FilterAsync(copy, cancellationToken),
        _ => Task.FromResult(Plain.Contains(type)),
    };
}
