namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>A finished file, as ComfyUI serves it or as it came through the socket.</summary>
internal sealed record FileContent(string ContentType, Stream Content, IDisposable? Response = null) : IDisposable
{
    /// <summary>Its length in bytes, if the server reports it.</summary>
    public long? Length { get; init; }

    public void Dispose()
    {
        Content.Dispose();
        Response?.Dispose();
    }
}
