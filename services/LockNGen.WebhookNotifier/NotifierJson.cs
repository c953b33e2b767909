using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.WebhookNotifier.Deliveries;
using LockNGen.WebhookNotifier.Http;
using LockNGen.WebhookNotifier.Registrations;

namespace LockNGen.WebhookNotifier;

/// <summary>Source-generated JSON metadata of the endpoints.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewWebhook))]
[JsonSerializable(typeof(WebhookChange))]
[JsonSerializable(typeof(NewSecret))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(WebhookPage))]
[JsonSerializable(typeof(WebhookTest))]
[JsonSerializable(typeof(TestResponse))]
[JsonSerializable(typeof(DeliveryPage))]
[JsonSerializable(typeof(DeliveryDetail))]
internal sealed partial class NotifierJson : JsonSerializerContext;
