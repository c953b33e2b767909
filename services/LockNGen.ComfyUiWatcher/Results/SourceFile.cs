using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;
using LockNGen.Hosting.Streams;
using LockNGen.Media;
using LockNGen.Media.Types;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>
/// A file being read from ComfyUI: checked before anything is passed on, counted, and with its problem recorded, because the code that
/// copies it cannot distinguish a broken source from a broken destination.
/// </summary>
internal sealed class SourceFile : ForwardStream
{
    private const int HeadLength = 16 << 10;

    /// <summary>Formats with a signature, so that a file without one is not of that format.</summary>
    private static readonly HashSet<string> Recognizable = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".mp4", ".webm", ".mkv", ".flac", ".ogg", ".opus", ".wav", ".m4a", ".glb",
    };

    /// <summary>Formats without a signature, or with more than are known here: only an obvious message is ruled out.</summary>
    private static readonly HashSet<string> Binary = new(StringComparer.OrdinalIgnoreCase)
    {
        ".mp3", ".aac", ".mov", ".m4v", ".avi", ".heic", ".heif", ".tif", ".tiff", ".jxl", ".exr", ".latent", ".safetensors", ".fbx", ".zip", ".pdf",
    };

    private readonly Stream _inner;
    private readonly long _maxBytes;
    private ReadOnlyMemory<byte> _head;
    private long _read;

    private SourceFile(Stream inner, long maxBytes) => (_inner, _maxBytes) = (inner, maxBytes);

    /// <summary>Why it could not be read to its end.</summary>
    public Exception? Problem { get; private set; }

    /// <summary>Reads the beginning.</summary>
    /// <exception cref="FileProblemException">It is not the file that its name suggests.</exception>
    public static async Task<SourceFile> OpenAsync(FileContent content, string name, long maxBytes, CancellationToken cancellationToken)
    {
        if (content.Length > maxBytes)
            throw TooLarge(maxBytes);
        var file = new SourceFile(content.Content, maxBytes);
        var head = new byte[HeadLength];
        var length = await content.Content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (Mistake(name, head.AsSpan(0, length)) is { } mistake)
            throw new FileProblemException(mistake);
        file._head = head.AsMemory(0, length);
        return file;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = await ReadPieceAsync(buffer, cancellationToken);
        _read += length;
        if (_read > _maxBytes)
            throw Remember(TooLarge(_maxBytes));
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadPieceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_head.IsEmpty)
        {
            var length = Math.Min(buffer.Length, _head.Length);
            _head[..length].CopyTo(buffer);
            _head = _head[length..];
            return length;
        }

        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Remember(e);
        }
    }

    private Exception Remember(Exception problem) => Problem ??= problem;

    private static string? Mistake(string name, ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return "is empty";
        var extension = Path.GetExtension(name);
        var type = MediaFile.Recognize(head).Type;
        if (type == MediaType.Html && !extension.StartsWith(".htm", StringComparison.OrdinalIgnoreCase))
            return "is a web page instead of the file";
        var isOther = Recognizable.Contains(extension)
            ? type.Kind is GenerationResultKinds.File or GenerationResultKinds.Text
            : Binary.Contains(extension) && (type.Kind == GenerationResultKinds.Text || type == MediaType.Xml);
        return isOther ? "is not what its name says" : null;
    }

    private static FileProblemException TooLarge(long maxBytes) => new($"is larger than {maxBytes:N0} bytes, the most that is taken");
}
