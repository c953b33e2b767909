using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Cancel;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(CancelAnswer))]
[JsonSerializable(typeof(CancelManyRequest))]
[JsonSerializable(typeof(CancelManyAnswer))]
internal sealed partial class CancelJson : JsonSerializerContext;
