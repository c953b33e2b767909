namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>Files in memory up to a limit; beyond it the oldest are dropped, of any kind.</summary>
internal sealed class MemoryFileStore(long maxBytes) : IFileStore
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<(FileKind Kind, string Path), byte[]> _files = [];
    private long _bytes;

    public byte[]? Read(FileKind kind, string path)
    {
        lock (_gate)
            return _files.GetValueOrDefault((kind, path));
    }

    public void Write(FileKind kind, string path, byte[] content)
    {
        lock (_gate)
        {
            Remove((kind, path));
            _files[(kind, path)] = content;
            _bytes += content.Length;
            while (_bytes > maxBytes && _files.Count > 1)
                Remove(_files.GetAt(0).Key);
        }
    }

    public IReadOnlyList<string> List(FileKind kind)
    {
        lock (_gate)
            return [.. _files.Keys.Where(k => k.Kind == kind).Select(k => k.Path)];
    }

    public void ClearTemp()
    {
        lock (_gate)
        {
            foreach (var key in _files.Keys.Where(k => k.Kind == FileKind.Temp).ToArray())
                Remove(key);
        }
    }

    private void Remove((FileKind Kind, string Path) key)
    {
        if (_files.Remove(key, out var content))
            _bytes -= content.Length;
    }
}
