namespace LockNGen.WebhookNotifier.Http;

/// <summary>The body of <c>POST /api/webhooks</c>.</summary>
public sealed record NewWebhook
{
    /// <summary>Where events are posted to: an absolute https or http address.</summary>
    public required string Url { get; init; }

    /// <summary>Which events; by default the outcomes: completed, failed, cancelled.</summary>
    public IReadOnlyList<string>? EventTypes { get; init; }

    /// <summary>For people, at most 200 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Signs the deliveries; made here when absent.</summary>
    public string? Secret { get; init; }

    /// <summary>
    /// Receives the events of all owners; for callers with scope generations:admin. Default false, but true for a caller without session
    /// while authentication is off, who sees everything.
    /// </summary>
    public bool? AllOwners { get; init; }
}

/// <summary>The body of <c>PUT /api/webhooks/{id}</c>: everything that can change.</summary>
public sealed record WebhookChange
{
    /// <inheritdoc cref="NewWebhook.Url"/>
    public required string Url { get; init; }

    /// <inheritdoc cref="NewWebhook.EventTypes"/>
    public IReadOnlyList<string>? EventTypes { get; init; }

    /// <inheritdoc cref="NewWebhook.Description"/>
    public string? Description { get; init; }

    /// <summary>Whether events are delivered; default true. Disabling ends waiting deliveries; they can be redelivered manually.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>The body of <c>POST /api/webhooks/{id}/secret</c>; may be absent.</summary>
public sealed record NewSecret
{
    /// <summary>The new secret; made here when absent.</summary>
    public string? Secret { get; init; }

    /// <summary>For how many seconds the old one signs along; default 86,400 (a day), 0 when it has leaked, at most 30 days.</summary>
    public int? OverlapSeconds { get; init; }
}
