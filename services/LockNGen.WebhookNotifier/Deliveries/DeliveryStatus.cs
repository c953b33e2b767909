using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Where a delivery stands; lower-case in JSON and in the database.</summary>
[JsonConverter(typeof(DeliveryStatusConverter))]
public enum DeliveryStatus
{
    /// <summary>Waits for its first or its next attempt.</summary>
    Pending,

    /// <summary>Answered with 2xx.</summary>
    Delivered,

    /// <summary>Given up: tried for as long as configured, or the webhook was disabled. May be delivered again by hand.</summary>
    Failed,
}

internal sealed class DeliveryStatusConverter() : JsonStringEnumConverter<DeliveryStatus>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
