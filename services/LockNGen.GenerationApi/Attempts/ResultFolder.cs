using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Validation;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>
/// The folder of a generation's results on ComfyUI. All owners' files are in one output folder, numbered by their prefix: with a folder in front
/// that cannot be guessed, no other workflow can name them. It is added with the claim and removed when results arrive, so that only
/// ComfyUI knows it.
/// </summary>
internal static class ResultFolder
{
    private const int Length = 16;

    /// <summary>The folder of a generation, the same for all of its attempts.</summary>
    public static string Of(byte[] key, Guid generationId) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"folder:{generationId}")))[..Length];

    /// <summary>
    /// Puts the folder in front of the prefixes of stock nodes that save results. What a node pack makes of a prefix is up to the pack, and a
    /// prefix that comes from a link is not known yet.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public static bool Put(JsonObject workflow, NodeCatalog catalog, string folder)
    {
        var any = false;
        foreach (var (_, node) in workflow)
        {
            if (node is JsonObject && node["inputs"] is JsonObject inputs && SavesResults(node["class_type"]?.ToString(), catalog)
                && inputs[FilenamePrefix.InputName] is JsonValue value && value.TryGetValue<string>(out var prefix))
            {
                inputs[FilenamePrefix.InputName] = $"{folder}/{prefix}";
                any = true;
            }
        }

        return any;
    }

    /// <summary>The subfolder of a result as the workflow's author wrote it; null if there is none.</summary>
    public static string? TakeOff(string? subfolder, string folder)
    {
        if (subfolder?.StartsWith(folder, StringComparison.Ordinal) != true)
            return subfolder;
        var rest = subfolder[folder.Length..];
        if (rest.Length == 0)
            return null;
        // With either kind of slash: ComfyUI writes its system's.
        return rest[0] is '/' or '\\' ? rest[1..] : subfolder;
    }

    /// <summary>
    /// Stock classes by their name (SaveImage, SaveVideo). Others with such an input save models, which belong in the model folders
    /// (CheckpointSave), or create no folder (LossGraphNode, and those with a folder_name).
    /// </summary>
    private static bool SavesResults(string? classType, NodeCatalog catalog) =>
        classType?.StartsWith("Save", StringComparison.Ordinal) == true
        && catalog.Classes.GetValueOrDefault(classType) is { IsCustom: false, IsOutput: true } known
        && known.Inputs.ContainsKey(FilenamePrefix.InputName) && !known.Inputs.ContainsKey("folder_name");
}
