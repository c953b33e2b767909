namespace LockNGen.GenerationApi.Files;

/// <summary>
/// Where files are kept: in a directory, or in object storage (<c>Storage:S3</c>). To use something else, implement it and register it
/// before AddGenerationApi.
/// </summary>
public interface IImageStore
{
    /// <summary>Stores a file; complete or not at all. A second file of the same key replaces the first.</summary>
    Task<StoredFile> SaveAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>Opens a file, seekable for range requests; null when there is none.</summary>
    Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Deletes a file, or everything below a key that ends with a slash; what is not there is deleted already.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// An address at which a client gets the file itself, under these headers, for a while; null when there is none: then the file is read here.
    /// </summary>
    Task<Uri?> LinkAsync(string key, string contentType, string disposition, CancellationToken cancellationToken) => Task.FromResult<Uri?>(null);
}

/// <summary>A stored file.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Hash">Lower-case hexadecimal SHA-256 of the content.</param>
public sealed record StoredFile(long Size, string Hash);
