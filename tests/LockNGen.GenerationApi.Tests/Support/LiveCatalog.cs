using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>The /object_info of a live ComfyUI 0.33.0, with models that a test gives it, and the workflows of ComfyUI's public examples.</summary>
internal static class LiveCatalog
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recordings", "v0.33.0");

    public static JsonObject Workflows() => Read("workflows.json");

    public static NodeCatalog With(params (string ClassType, string Input, string[] Names)[] choices) => With(null, choices);

    /// <summary>The catalog with further classes (a JSON object by name), and these names in place of those that inputs list.</summary>
    public static NodeCatalog With(string? classes, params (string ClassType, string Input, string[] Names)[] choices) =>
        NodeCatalog.Parse(JsonElement.Parse(Json(classes, choices)));

    public static string Json(string? classes, params (string ClassType, string Input, string[] Names)[] choices)
    {
        var info = Read("object_info.json");
        foreach (var (name, node) in classes is null ? [] : JsonNode.Parse(classes)!.AsObject())
            info[name] = node!.DeepClone();
        foreach (var (classType, input, names) in choices)
        {
            var list = new JsonArray([.. names.Select(n => (JsonNode)n)]);
            var spec = info[classType]!["input"]!["required"]![input]!.AsArray();
            if (spec[0] is JsonArray)
                spec[0] = list;
            else
                spec[1]!["options"] = list;
        }

        return info.ToJsonString();
    }

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder, file)))!.AsObject();
}
