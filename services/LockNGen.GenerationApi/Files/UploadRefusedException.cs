namespace LockNGen.GenerationApi.Files;

/// <summary>A file is not kept.</summary>
/// <param name="status">The HTTP status that says so.</param>
/// <param name="code">The problem's code.</param>
/// <param name="message">Why, for its owner.</param>
internal sealed class UploadRefusedException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;
}
