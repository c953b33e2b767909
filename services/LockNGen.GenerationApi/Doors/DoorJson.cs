using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.GenerationApi.Files;

namespace LockNGen.GenerationApi.Doors;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(PromptList))]
[JsonSerializable(typeof(HidePrompts))]
[JsonSerializable(typeof(NamedFile))]
[JsonSerializable(typeof(Asset))]
[JsonSerializable(typeof(NewAsset))]
internal sealed partial class DoorJson : JsonSerializerContext
{
    /// <summary>The same without the escapes that only HTML needs, since workflows are long.</summary>
    public static DoorJson Plain { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
