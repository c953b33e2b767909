using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LockNGen.GenerationApi.Submit;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(SubmitRequest))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(SubmitResponse))]
[JsonSerializable(typeof(DryRunResponse))]
internal sealed partial class SubmitJson : JsonSerializerContext
{
    /// <summary>The same, with links that people can copy: ampersands are not escaped, because JSON responses are not HTML.</summary>
    public static SubmitJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
