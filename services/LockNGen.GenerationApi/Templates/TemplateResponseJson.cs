using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Templates;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(TemplateList))]
[JsonSerializable(typeof(TemplateBody))]
internal sealed partial class TemplateResponseJson : JsonSerializerContext;
