using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Uploads;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(UploadResponse))]
internal sealed partial class UploadJson : JsonSerializerContext;
