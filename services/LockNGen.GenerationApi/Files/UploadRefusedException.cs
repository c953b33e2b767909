namespace LockNGen.GenerationApi.Files;

/// <summary>A file was refused.</summary>
/// <param name="status">The HTTP status to answer.</param>
/// <param name="code">The problem's code.</param>
/// <param name="message">Why, for its owner.</param>
internal sealed class UploadRefusedException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;
}
