using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// The properties common to all events of a generation. The JSON of a record is the same on the broker, on WebSocket, in the SSE
/// <c>data:</c> field, in the polling answer and in the webhook body; readers ignore properties they do not know.
/// </summary>
/// <remarks>
/// Never published by itself: each derived record has a RabbitMQ fanout exchange named after its <see cref="Type"/>.
/// Headers beside the body: <see cref="EventHeaders"/>.
/// </remarks>
public abstract record GenerationEvent
{
    /// <summary>The wire name, for example <c>generation.progress</c>; see <see cref="GenerationEventTypes"/>.</summary>
    [JsonPropertyOrder(0)]
    public abstract string Type { get; }

    /// <summary>The generation that the event is about.</summary>
    [JsonPropertyOrder(1)]
    public required Guid GenerationId { get; init; }

    /// <summary>
    /// Orders the events of one generation: attempt x 1,000,000,000 + n, n from 1 without gaps within an attempt
    /// (<see cref="GenerationSequence"/>). Readers ignore anything not above the last number they have seen, and
    /// everything after a terminal event.
    /// </summary>
    [JsonPropertyOrder(2)]
    public required long Sequence { get; init; }

    /// <summary>
    /// The sequence of the newest event before this one that is not progress (<see cref="GenerationEventTypes.IsProgress"/>). A reader that has not seen
    /// that event has missed one. Missing progress does not count: newer progress supersedes it. Absent from the first event of a generation, and from the first
    /// event that the GenerationApi publishes after an attempt of a watcher, because it does not know how far that watcher got.
    /// </summary>
    [JsonPropertyOrder(2)]
    public long? StateSequence { get; init; }

    /// <summary>When it happened, UTC, written with milliseconds and <c>Z</c>. For display only: <see cref="Sequence"/> defines the order.</summary>
    [JsonPropertyOrder(4)]
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset Timestamp { get; init; }
}
