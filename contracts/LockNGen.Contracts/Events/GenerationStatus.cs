using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>The status of a generation; lower-case on the wire.</summary>
[JsonConverter(typeof(GenerationStatusConverter))]
public enum GenerationStatus
{
    /// <summary>No one knows this id (yet).</summary>
    Unknown,

    /// <summary>Waiting in the queue.</summary>
    Queued,

    /// <summary>Given to an instance, not yet claimed by its watcher.</summary>
    Dispatched,

    /// <summary>Claimed and rendering.</summary>
    Running,

    /// <summary>Ended successfully.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended by a cancellation.</summary>
    Cancelled,
}

/// <summary>Writes and reads it. Public because source-generated contexts in other assemblies need it.</summary>
public sealed class GenerationStatusConverter()
    : JsonStringEnumConverter<GenerationStatus>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);
