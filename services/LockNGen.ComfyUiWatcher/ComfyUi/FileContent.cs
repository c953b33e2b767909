namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>A finished file, as ComfyUI serves it or as it came through the socket.</summary>
internal sealed record FileContent(string ContentType, Stream Content, IDisposable? Response = null) : IDisposable
{
    /// <summary>How many bytes it has, where the server says so.</summary>
    public long? Length { get; init; }

    public void Dispose()
    {
        Content.Dispose();
        Response?.Dispose();
    }
}
