using System.Net;
using System.Net.Http.Headers;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>A finished file on its way to the API, never whole in memory unless it came so.</summary>
internal sealed class FinishedFile : HttpContent
{
    private readonly FileContent _file;
    private readonly bool _keepMetadata;

    public FinishedFile(FileContent file, bool keepMetadata)
    {
        _file = file;
        _keepMetadata = keepMetadata;
        Headers.ContentType = new MediaTypeHeaderValue(file.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _keepMetadata
        ? _file.Content.CopyToAsync(stream, cancellationToken)
        : MediaMetadata.CopyWithoutAsync(_file.Content, stream, cancellationToken);

    // Chunked: how long it will be without its metadata, nobody knows before the end.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
