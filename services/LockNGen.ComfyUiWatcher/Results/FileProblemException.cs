namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>One file cannot become a result, and a retry will not change that; the message, which follows the file's name, says why.</summary>
internal sealed class FileProblemException(string message, bool isGone = false) : Exception(message)
{
    /// <summary>ComfyUI no longer has it: rendering again may bring it back.</summary>
    public bool IsGone { get; } = isGone;
}
