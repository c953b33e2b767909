namespace LockNGen.GenerationApi.Storage;

/// <summary>The object storage does not do what it is asked to: it is away, which passes, or it refuses us.</summary>
internal sealed class StorageAwayException(string message, bool isRefusal, Exception inner) : Exception(message, inner)
{
    /// <summary>It answers, and says no: a wrong bucket, key or permission, which waiting does not cure.</summary>
    public bool IsRefusal { get; } = isRefusal;
}
