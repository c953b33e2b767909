using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Attempts;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(GenerationImage))]
internal sealed partial class AttemptJson : JsonSerializerContext;
