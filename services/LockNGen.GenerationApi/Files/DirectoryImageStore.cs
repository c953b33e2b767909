using System.Security.Cryptography;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Files;

/// <summary>Files in a directory, which replicas share.</summary>
internal sealed class DirectoryImageStore(IOptions<StorageOptions> options) : IImageStore
{
    private readonly string _root = Path.GetFullPath(options.Value.DataPath);

    public async Task<StoredFile> SaveAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Neither a reader nor a crash may leave half a file visible: files appear by renaming.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var stored = await WriteAsync(temporary, content, cancellationToken);
            File.Move(temporary, path, overwrite: true);
            return stored;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(
                new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 16, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key.TrimEnd('/'));
        if (!key.EndsWith('/'))
            File.Delete(path);
        else if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        return Task.CompletedTask;
    }

    private static async Task<StoredFile> WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16, FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (var read = await content.ReadAsync(buffer, cancellationToken); read > 0; read = await content.ReadAsync(buffer, cancellationToken))
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        file.Flush(flushToDisk: true);
        return new StoredFile(file.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Keys are made by this program from ids and numbers, but a store must not depend on that.</summary>
    private string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(_root, key));
        return path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"The key '{key}' leaves the data directory.", nameof(key));
    }
}
