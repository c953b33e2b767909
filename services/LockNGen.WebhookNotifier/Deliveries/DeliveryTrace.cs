using System.Diagnostics;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Spans of attempts to deliver, in the trace of the generation: the source <c>LockNGen.WebhookNotifier</c>.</summary>
internal static class DeliveryTrace
{
    private static readonly ActivitySource Activities = new("LockNGen.WebhookNotifier");

    /// <summary>Starts the span of an attempt; null if no traces are collected, or the event has no trace.</summary>
    public static Activity? Begin(DueDelivery delivery) => delivery.TraceParent is not { } parent
        ? null
        : Activities.StartActivity("deliver webhook", ActivityKind.Client, parent)
            ?.SetTag("lockngen.event", delivery.EventType)
            .SetTag("lockngen.generation", delivery.GenerationId)
            .SetTag("lockngen.webhook", delivery.WebhookId)
            .SetTag("lockngen.delivery", delivery.Id)
            .SetTag("lockngen.attempt", delivery.Attempts + 1);

    /// <summary>How the attempt went.</summary>
    public static void End(Activity? span, DeliveryResult result)
    {
        span?.SetTag("http.response.status_code", result.StatusCode);
        if (!result.IsDelivered)
            span?.SetStatus(ActivityStatusCode.Error, result.Error);
    }
}
