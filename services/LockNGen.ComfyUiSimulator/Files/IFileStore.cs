namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>Where inputs, outputs and temporary files are: in memory, or in a directory. Paths are relative, with <c>/</c>, and already checked.</summary>
internal interface IFileStore
{
    byte[]? Read(FileKind kind, string path);

    void Write(FileKind kind, string path, byte[] content);

    /// <summary>The relative paths of all files of a kind.</summary>
    IReadOnlyList<string> List(FileKind kind);

    /// <summary>Temporary files vanish when the server starts.</summary>
    void ClearTemp();
}
