namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>A delivery that this process has claimed: no one else sends it before the lease ends.</summary>
internal sealed record DueDelivery
{
    public required Guid Id { get; init; }

    public required Guid WebhookId { get; init; }

    public required string Destination { get; init; }

    /// <summary>Whose webhook it is.</summary>
    public string? Owner { get; init; }

    public required string Url { get; init; }

    public required byte[] Body { get; init; }

    public required string EventType { get; init; }

    public Guid? GenerationId { get; init; }

    /// <summary>W3C trace context of the event.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Attempts so far, in all.</summary>
    public int Attempts { get; init; }

    /// <summary>Attempts so far, since it was last redelivered manually: decides how long to wait for the next.</summary>
    public int Failures { get; init; }

    public DateTimeOffset GiveUpAt { get; init; }

    public required Guid LeaseId { get; init; }

    public string? Secret { get; init; }

    public string? PreviousSecret { get; init; }

    public DateTimeOffset? PreviousSecretUntil { get; init; }
}
