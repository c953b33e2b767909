using System.Net;
using System.Net.Http.Headers;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Media;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>A finished file on its way to the API, never whole in memory unless it was received so.</summary>
internal sealed class FinishedFile : HttpContent
{
    private readonly FileContent _file;
    private readonly bool _keepMetadata;

    public FinishedFile(FileContent file, bool keepMetadata)
    {
        _file = file;
        _keepMetadata = keepMetadata;
        // The type that ComfyUI declares, if it is valid; the API checks for itself.
        Headers.ContentType = MediaTypeHeaderValue.TryParse(file.ContentType, out var type) ? type : new MediaTypeHeaderValue("application/octet-stream");
    }

    /// <summary>After sending: whether metadata that should be removed may still be in it.</summary>
    public bool HasMetadata { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_keepMetadata)
            await _file.Content.CopyToAsync(stream, cancellationToken);
        else
            HasMetadata = !await MetadataFilter.CopyWithoutAsync(_file.Content, stream, cancellationToken);
    }

    // Chunked: its length without metadata is unknown before the end.
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
