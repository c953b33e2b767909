namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>A finished file, as ComfyUI serves it or as it came through the socket.</summary>
internal sealed record FileContent(string ContentType, Stream Content, IDisposable? Response = null) : IDisposable
{
    public void Dispose()
    {
        Content.Dispose();
        Response?.Dispose();
    }
}
