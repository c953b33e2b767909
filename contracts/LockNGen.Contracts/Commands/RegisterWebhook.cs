namespace LockNGen.Contracts;

/// <summary>
/// GenerationApi to the queue <see cref="BusQueues.WebhookNotifier"/>: call this address when the generation has ended. Sent before the
/// generation's first event, so that no outcome can overtake it in the notifier's queue. Repeating it is harmless.
/// </summary>
public sealed record RegisterWebhook
{
    /// <summary>The generation whose terminal event is delivered.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The owner of the generation, if it has one, who may see the delivery log.</summary>
    public string? Owner { get; init; }

    /// <summary>Absolute http or https address; checked by the GenerationApi, and again at each connection.</summary>
    public required string Url { get; init; }

    /// <summary>Signs the deliveries (<c>whsec_</c> and base64); if absent, they are not signed.</summary>
    public string? Secret { get; init; }
}
