using LockNGen.Contracts;

namespace LockNGen.Media.Types;

/// <summary>A type of file that is recognized by its bytes.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Extension">The file name extension, with the dot.</param>
/// <param name="Kind">One of <see cref="GenerationResultKinds"/>.</param>
public sealed record MediaType(string ContentType, string Extension, string Kind)
{
    // Filled by those below; the first with a content type represents it.
    private static readonly Dictionary<string, MediaType> Known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Any type that is not listed here.</summary>
    public static MediaType Unknown { get; } = File("application/octet-stream", ".bin");

    /// <summary>PNG, animated or not.</summary>
    public static MediaType Png { get; } = Image("image/png", ".png");

    public static MediaType Jpeg { get; } = Image("image/jpeg", ".jpg");

    public static MediaType WebP { get; } = Image("image/webp", ".webp");

    public static MediaType Gif { get; } = Image("image/gif", ".gif");

    public static MediaType Bmp { get; } = Image("image/bmp", ".bmp");

    public static MediaType Tiff { get; } = Image("image/tiff", ".tiff");

    public static MediaType Avif { get; } = Image("image/avif", ".avif");

    public static MediaType Heic { get; } = Image("image/heic", ".heic");

    public static MediaType Heif { get; } = Image("image/heif", ".heif");

    public static MediaType JpegXl { get; } = Image("image/jxl", ".jxl");

    public static MediaType Exr { get; } = Image("image/x-exr", ".exr");

    public static MediaType Svg { get; } = Image("image/svg+xml", ".svg");

    public static MediaType Mp4 { get; } = Video("video/mp4", ".mp4");

    public static MediaType QuickTime { get; } = Video("video/quicktime", ".mov");

    public static MediaType WebM { get; } = Video("video/webm", ".webm");

    public static MediaType Matroska { get; } = Video("video/x-matroska", ".mkv");

    public static MediaType OggVideo { get; } = Video("video/ogg", ".ogv");

    public static MediaType Avi { get; } = Video("video/x-msvideo", ".avi");

    public static MediaType M4A { get; } = Audio("audio/mp4", ".m4a");

    public static MediaType WebMAudio { get; } = Audio("audio/webm", ".weba");

    public static MediaType MatroskaAudio { get; } = Audio("audio/x-matroska", ".mka");

    public static MediaType Flac { get; } = Audio("audio/flac", ".flac");

    public static MediaType Mp3 { get; } = Audio("audio/mpeg", ".mp3");

    public static MediaType Aac { get; } = Audio("audio/aac", ".aac");

    public static MediaType Ogg { get; } = Audio("audio/ogg", ".ogg");

    /// <summary>Ogg with Opus, which has its own file name extension.</summary>
    public static MediaType Opus { get; } = Audio("audio/ogg", ".opus");

    public static MediaType Wav { get; } = Audio("audio/wav", ".wav");

    public static MediaType Aiff { get; } = Audio("audio/aiff", ".aiff");

    public static MediaType Glb { get; } = Model("model/gltf-binary", ".glb");

    public static MediaType Gltf { get; } = Model("model/gltf+json", ".gltf");

    public static MediaType Obj { get; } = Model("model/obj", ".obj");

    public static MediaType Stl { get; } = Model("model/stl", ".stl");

    public static MediaType Ply { get; } = Model("model/ply", ".ply");

    public static MediaType Fbx { get; } = Model("model/fbx", ".fbx");

    /// <summary>A latent that ComfyUI's SaveLatent wrote.</summary>
    public static MediaType Latent { get; } = Add(new("application/x-safetensors", ".latent", GenerationResultKinds.Latent));

    public static MediaType Safetensors { get; } = File("application/x-safetensors", ".safetensors");

    public static MediaType Text { get; } = Add(new("text/plain", ".txt", GenerationResultKinds.Text));

    public static MediaType Json { get; } = Add(new("application/json", ".json", GenerationResultKinds.Text));

    public static MediaType Html { get; } = File("text/html", ".html");

    public static MediaType Xml { get; } = File("application/xml", ".xml");

    public static MediaType Pdf { get; } = File("application/pdf", ".pdf");

    public static MediaType Zip { get; } = File("application/zip", ".zip");

    public static MediaType Gzip { get; } = File("application/gzip", ".gz");

    /// <summary>
    /// Whether browsers only show, play or read it. SVG, HTML, XML and PDF are run, and other types are unknown.
    /// </summary>
    public bool IsInert => Kind is not (GenerationResultKinds.File or GenerationResultKinds.Latent) && ContentType != Svg.ContentType;

    /// <summary>The type with this content type; null if it is not listed here.</summary>
    public static MediaType? Find(string contentType) => Known.GetValueOrDefault(contentType);

    private static MediaType Add(MediaType type)
    {
        Known.TryAdd(type.ContentType, type);
        return type;
    }

    private static MediaType Image(string contentType, string extension) => Add(new(contentType, extension, GenerationResultKinds.Image));

    private static MediaType Video(string contentType, string extension) => Add(new(contentType, extension, GenerationResultKinds.Video));

    private static MediaType Audio(string contentType, string extension) => Add(new(contentType, extension, GenerationResultKinds.Audio));

    private static MediaType Model(string contentType, string extension) => Add(new(contentType, extension, GenerationResultKinds.Model));

    private static MediaType File(string contentType, string extension) => Add(new(contentType, extension, GenerationResultKinds.File));
}
