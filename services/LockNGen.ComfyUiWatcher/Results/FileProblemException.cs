namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>One file cannot become a result, and no other try will change that; the message says why, behind the file's name.</summary>
internal sealed class FileProblemException(string message, bool isGone = false) : Exception(message)
{
    /// <summary>ComfyUI does not have it any more: rendered again, it may be there.</summary>
    public bool IsGone { get; } = isGone;
}
