using System.Text.Json.Serialization;
using LockNGen.Contracts;
using LockNGen.WebhookNotifier.Registrations;

namespace LockNGen.WebhookNotifier.Http;

/// <summary>A webhook as its owner sees it.</summary>
public sealed record WebhookResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where events are posted to.</summary>
    public required string Url { get; init; }

    /// <summary>Which events.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The owner whose generations it covers; absent if it has no owner.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether it covers the generations of all owners.</summary>
    public bool AllOwners { get; init; }

    /// <summary>Set for the webhook of a single generation.</summary>
    public Guid? GenerationId { get; init; }

    /// <summary>Whether events are delivered.</summary>
    public bool Enabled { get; init; }

    /// <summary>Why it was disabled, when the service did it.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>When it was registered.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The secret that signs the deliveries: shown once, by the request that made it.</summary>
    public string? Secret { get; init; }

    /// <summary>Until then deliveries are signed with the previous secret too.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    internal static WebhookResponse Of(Webhook webhook, bool withSecret = false) => new()
    {
        Id = webhook.Id,
        Url = webhook.Url,
        EventTypes = webhook.EventTypes.Split(' '),
        Description = webhook.Description,
        Owner = webhook.Owner,
        AllOwners = webhook.AllOwners,
        GenerationId = webhook.GenerationId,
        Enabled = webhook.Enabled,
        DisabledReason = webhook.DisabledReason,
        CreatedAt = webhook.CreatedAt,
        Secret = withSecret ? webhook.Secret : null,
        PreviousSecretUntil = webhook.PreviousSecretUntil,
    };
}

/// <summary>A page of webhooks, newest first.</summary>
/// <param name="Items">The webhooks.</param>
/// <param name="NextCursor">Pass it as <c>cursor</c> to get the next page; absent on the last.</param>
public sealed record WebhookPage(IReadOnlyList<WebhookResponse> Items, string? NextCursor);
