using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Travels in a prompt's <c>extra_data</c> as <c>lockngen</c>: by it a watcher recognizes what another one, or its own predecessor,
/// submitted to the same instance.
/// </summary>
internal sealed record PromptMarker(Guid GenerationId, int ImageIndex, int Attempt, string Instance)
{
    public const string Key = "lockngen";

    /// <summary>Which installation it belongs to: several may share a server. Null in prompts of versions before 0.2.</summary>
    public string? Installation { get; init; }

    /// <summary>Null for prompts of others, even if they happen to use the same key.</summary>
    public static PromptMarker? Of(JsonElement extraData)
    {
        if (extraData.Child(Key) is not { ValueKind: JsonValueKind.Object } marker)
            return null;
        try
        {
            return marker.Deserialize(ComfyUiJson.Default.PromptMarker);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PromptMarker))]
[JsonSerializable(typeof(PromptRequest))]
[JsonSerializable(typeof(QueueDeletion))]
[JsonSerializable(typeof(Interrupt))]
internal sealed partial class ComfyUiJson : JsonSerializerContext;
