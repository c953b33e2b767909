using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.Contracts;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>The event that tests a webhook: the shape of every event, without a generation.</summary>
internal sealed record WebhookTest
{
    public const string EventType = "webhook.test";

    public string Type { get; init; } = EventType;

    public required Guid WebhookId { get; init; }

    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset Timestamp { get; init; }

    public static byte[] Body(Guid webhookId, DateTimeOffset now) =>
        JsonSerializer.SerializeToUtf8Bytes(new WebhookTest { WebhookId = webhookId, Timestamp = now }, NotifierJson.Default.WebhookTest);
}

/// <summary>The answer of <c>POST /api/webhooks/{id}/test</c>.</summary>
/// <param name="DeliveryId">The delivery to look for in the log.</param>
public sealed record TestResponse(Guid DeliveryId);
