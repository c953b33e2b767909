namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>Files under one directory, in <c>output</c>, <c>temp</c> and <c>input</c> as ComfyUI has them.</summary>
internal sealed class DirectoryFileStore(string root) : IFileStore
{
    public byte[]? Read(FileKind kind, string path)
    {
        var full = Path.Combine(Folder(kind), path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
    }

    public void Write(FileKind kind, string path, byte[] content)
    {
        var full = Path.Combine(Folder(kind), path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    public IReadOnlyList<string> List(FileKind kind)
    {
        var folder = Folder(kind);
        if (!Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))];
    }

    public void ClearTemp()
    {
        var folder = Folder(FileKind.Temp);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private string Folder(FileKind kind) => Path.Combine(root, kind.Wire());
}
