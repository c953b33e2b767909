using System.Text;
using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Generations;

/// <summary>A terminal event as stored in a row: the exact text that was published.</summary>
internal static class StoredEvent
{
    public static GenerationEvent Of(string json) =>
        ContractsJson.Deserialize(JsonElement.Parse(json).GetProperty("type").GetString()!, Encoding.UTF8.GetBytes(json));

    public static IReadOnlyList<GenerationWarning> Warnings(GenerationEvent? outcome) => outcome switch
    {
        GenerationCompleted { Data.Warnings: var warnings } => warnings,
        GenerationFailed { Data.Warnings: var warnings } => warnings,
        GenerationCancelled { Data.Warnings: var warnings } => warnings,
        _ => [],
    };

    public static IReadOnlyList<GenerationImage> Images(GenerationEvent? outcome) => outcome switch
    {
        GenerationCompleted { Data.Images: var images } => images,
        GenerationFailed { Data.Images: var images } => images,
        GenerationCancelled { Data.Images: var images } => images,
        _ => [],
    };
}
