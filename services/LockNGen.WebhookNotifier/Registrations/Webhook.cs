using LockNGen.Messaging;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>A registered webhook, as stored.</summary>
internal sealed record Webhook
{
    public long Number { get; init; }

    public required Guid Id { get; init; }

    public string? Owner { get; init; }

    /// <summary>Receives everyone's events.</summary>
    public bool AllOwners { get; init; }

    /// <summary>Receives this generation's outcome only.</summary>
    public Guid? GenerationId { get; init; }

    public required string Url { get; init; }

    public required string EventTypes { get; init; }

    public string? Description { get; init; }

    public bool Enabled { get; init; } = true;

    public string? DisabledReason { get; init; }

    public string? Secret { get; init; }

    public string? PreviousSecret { get; init; }

    public DateTimeOffset? PreviousSecretUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// What shares a circuit breaker and a concurrency limit: the owner's webhooks on one server. By server, because a thousand
    /// generations may each bring a webhook to the same dead one; by owner, so that no one's mistakes delay another's deliveries.
    /// </summary>
    public string Destination => $"{new Uri(Url).GetLeftPart(UriPartial.Authority)} {Owner}";

    /// <summary>Whether the filter lets an event of this type through.</summary>
    public bool Wants(string eventType) => EventTypes.Split(' ').Contains(eventType);

    /// <summary>The id of a delivery: the same whenever the same event comes for the same webhook.</summary>
    public Guid DeliveryId(Guid eventId) => MessageIds.Version5(Id, eventId.ToByteArray(bigEndian: true));
}
