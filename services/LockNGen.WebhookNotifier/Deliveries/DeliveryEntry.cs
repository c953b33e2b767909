using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.Contracts;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>A line of the delivery log.</summary>
public sealed record DeliveryEntry
{
    /// <summary>Its place in the log; the cursor of the list.</summary>
    [JsonIgnore]
    public long Number { get; init; }

    /// <summary>What the receiver got as <c>webhook-id</c>; the same at every attempt.</summary>
    public required Guid Id { get; init; }

    /// <summary>The generation of the event; absent for a test.</summary>
    public Guid? GenerationId { get; init; }

    /// <summary>The type of the event.</summary>
    public required string EventType { get; init; }

    /// <summary>Its status.</summary>
    public DeliveryStatus Status { get; init; }

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>While pending: the next attempt comes no earlier.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset DueAt { get; init; }

    /// <summary>When the event arrived.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was delivered or given up.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>One attempt of a delivery.</summary>
public sealed record AttemptEntry
{
    /// <summary>Counts from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>When it began.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public int DurationMs { get; init; }

    /// <summary>The HTTP status; absent when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Why it counts as failed; absent when it was delivered.</summary>
    public string? Error { get; init; }

    /// <summary>The beginning of the answer to a failed attempt.</summary>
    public string? Response { get; init; }
}

/// <summary>One delivery in full.</summary>
/// <param name="Delivery">The line of the log.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Attempts">How each attempt went.</param>
public sealed record DeliveryDetail(DeliveryEntry Delivery, JsonElement Body, IReadOnlyList<AttemptEntry> Attempts);

/// <summary>A page of the log, newest first.</summary>
/// <param name="Items">The deliveries.</param>
/// <param name="NextCursor">Pass it as <c>cursor</c> to get the next page; absent on the last.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliveryEntry> Items, string? NextCursor);
