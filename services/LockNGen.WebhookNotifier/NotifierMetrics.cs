using System.Diagnostics.Metrics;
using LockNGen.WebhookNotifier.Deliveries;

namespace LockNGen.WebhookNotifier;

/// <summary>The meter <c>LockNGen.WebhookNotifier</c>.</summary>
internal sealed class NotifierMetrics
{
    private readonly Histogram<double> _attempts;
    private long _pending;

    public NotifierMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("LockNGen.WebhookNotifier");
        _attempts = meter.CreateHistogram<double>(
            "lockngen.webhooks.attempt.duration", "s", "Attempts to deliver, by outcome: delivered, refused (an answer), unavailable (none, or not now).");
        meter.CreateObservableGauge(
            "lockngen.webhooks.pending", () => Interlocked.Read(ref _pending), "{delivery}", "Deliveries that wait for an attempt, in the whole database.");
    }

    public void Attempted(DueDelivery delivery, DeliveryResult result) => _attempts.Record(
        result.Duration.TotalSeconds,
        new("outcome", result.IsDelivered ? "delivered" : result.IsUnavailable ? "unavailable" : "refused"),
        new("type", delivery.EventType));

    public void Pending(long count) => Interlocked.Exchange(ref _pending, count);
}
