using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Access;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(RevocationRequest))]
internal sealed partial class AccessJson : JsonSerializerContext;
