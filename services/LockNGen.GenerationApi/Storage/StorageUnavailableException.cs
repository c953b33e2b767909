namespace LockNGen.GenerationApi.Storage;

/// <summary>The object storage failed: it is away, which is temporary, or it refuses us.</summary>
internal sealed class StorageUnavailableException(string message, bool isRefusal, Exception inner) : Exception(message, inner)
{
    /// <summary>It answers with a refusal: a wrong bucket, key or permission, which waiting does not fix.</summary>
    public bool IsRefusal { get; } = isRefusal;
}
