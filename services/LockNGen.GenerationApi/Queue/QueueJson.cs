using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Queue;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(QueueResponse))]
internal sealed partial class QueueJson : JsonSerializerContext;
