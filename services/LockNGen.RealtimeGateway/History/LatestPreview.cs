using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>The newest preview image of one generation, and those who wait for the first. Changed under the lock of the generation.</summary>
internal sealed class LatestPreview
{
    private TaskCompletionSource<NewestPreview>? _first;

    public NewestPreview? Image { get; private set; }

    /// <summary>Size of the image, in bytes.</summary>
    public long Cost => Image?.Bytes.Length ?? 0;

    /// <summary>Keeps an image if it is newer than the current one.</summary>
    public void Show(NewestPreview image)
    {
        if (image.Sequence <= (Image?.Sequence ?? 0))
            return;
        Image = image;
        _first?.TrySetResult(image);
        _first = null;
    }

    /// <summary>The newest image, or the first to arrive.</summary>
    public Task<NewestPreview> GetAsync()
    {
        if (Image is { } image)
            return Task.FromResult(image);
        _first ??= new TaskCompletionSource<NewestPreview>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _first.Task;
    }

    public void Clear() => Image = null;
}
