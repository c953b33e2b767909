using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.History;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(GenerationResponse))]
[JsonSerializable(typeof(GenerationList))]
internal sealed partial class HistoryJson : JsonSerializerContext;
