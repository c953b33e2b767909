namespace LockNGen.Contracts;

/// <summary>
/// Watcher to GenerationApi, when it changes or is wanted: what an instance can do. The API validates workflows against it and lists models
/// from it; it never talks to ComfyUI itself.
/// </summary>
public sealed record InstanceCatalog
{
    /// <summary>The instance.</summary>
    public required string Instance { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the uncompressed <see cref="ObjectInfo"/>, with the uncompressed <see cref="NodeReplacements"/> behind it if there are any.</summary>
    public required string Hash { get; init; }

    /// <summary>ComfyUI's version.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// ComfyUI's <c>/object_info</c> (JSON, gzip): node classes with their inputs, and in the choices of those inputs the models, samplers and
    /// schedulers that exist.
    /// </summary>
    public required byte[] ObjectInfo { get; init; }

    /// <summary>ComfyUI's <c>/node_replacements</c> (JSON, gzip): retired node classes that it replaces by itself. Null where the server has none.</summary>
    public byte[]? NodeReplacements { get; init; }
}
