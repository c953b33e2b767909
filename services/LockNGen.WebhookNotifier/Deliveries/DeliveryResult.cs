namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>How one attempt went.</summary>
internal sealed record DeliveryResult
{
    public required DateTimeOffset StartedAt { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Why it counts as failed; null when it does not.</summary>
    public string? Error { get; init; }

    /// <summary>The beginning of the answer to a failed attempt.</summary>
    public string? Response { get; init; }

    /// <summary>How long the receiver asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsDelivered => Error is null;

    /// <summary>The receiver says that it is gone for good.</summary>
    public bool IsGone => StatusCode == 410;

    /// <summary>No answer, or one that says "not now": a reason to spare the destination. Other refusals are about this one request.</summary>
    public bool IsUnavailable => !IsDelivered && StatusCode is null or 408 or 429 or >= 500;
}
