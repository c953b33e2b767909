using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>The status of a delivery; lower-case in JSON and in the database.</summary>
[JsonConverter(typeof(DeliveryStatusConverter))]
public enum DeliveryStatus
{
    /// <summary>Waits for its first or its next attempt.</summary>
    Pending,

    /// <summary>Answered with 2xx.</summary>
    Delivered,

    /// <summary>Given up: retried for as long as configured, or the webhook was disabled. Can be redelivered manually.</summary>
    Failed,
}

internal static class DeliveryStatusExtensions
{
    /// <summary>The status as written in JSON and in the database: <c>pending</c>.</summary>
    public static string WireName(this DeliveryStatus status) => status.ToString().ToLowerInvariant();
}

internal sealed class DeliveryStatusConverter() : JsonStringEnumConverter<DeliveryStatus>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
