using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Cancel;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(CancelResponse))]
[JsonSerializable(typeof(CancelManyRequest))]
[JsonSerializable(typeof(CancelManyResponse))]
internal sealed partial class CancelJson : JsonSerializerContext;
