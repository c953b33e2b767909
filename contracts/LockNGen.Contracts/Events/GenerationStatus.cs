using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Where a generation stands; lower-case on the wire.</summary>
[JsonConverter(typeof(GenerationStatusConverter))]
public enum GenerationStatus
{
    /// <summary>Nobody knows this id (yet).</summary>
    Unknown,

    /// <summary>Waiting in the queue.</summary>
    Queued,

    /// <summary>Given to an instance, not yet claimed by its watcher.</summary>
    Dispatched,

    /// <summary>Claimed and rendering.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended by a cancellation.</summary>
    Cancelled,
}

/// <summary>Writes and reads it. Public, for source-generated contexts of others need it.</summary>
public sealed class GenerationStatusConverter()
    : JsonStringEnumConverter<GenerationStatus>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);
