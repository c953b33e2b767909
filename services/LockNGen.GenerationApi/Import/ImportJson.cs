using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Import;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ImportResponse))]
internal sealed partial class ImportJson : JsonSerializerContext;
