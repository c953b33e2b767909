using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Blocking;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(BlockingResponse))]
internal sealed partial class BlockingJson : JsonSerializerContext;
