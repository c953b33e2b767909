using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Instances;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(InstanceList))]
internal sealed partial class InstanceJson : JsonSerializerContext;
