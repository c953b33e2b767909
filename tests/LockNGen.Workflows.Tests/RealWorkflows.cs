using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Tests;

/// <summary>45 workflows of ComfyUI's public examples, each in both formats, and the catalog of a live server that knows all their classes.</summary>
internal static class RealWorkflows
{
    private static readonly Lazy<NodeDefinitions> LazyDefinitions = new(ReadDefinitions);

    public static NodeDefinitions Definitions => LazyDefinitions.Value;

    public static IEnumerable<string> Names
    {
        get
        {
            using var archive = Open();
            return [.. archive.Entries.Select(e => e.Name[..^5])];
        }
    }

    /// <summary>The editor's format, and what the editor made of it.</summary>
    public static (JsonElement Editor, JsonObject Prompt) Read(string name)
    {
        using var archive = Open();
        using var stream = archive.GetEntry(name + ".json")!.Open();
        using var document = JsonDocument.Parse(stream);
        return (document.RootElement.GetProperty("workflow").Clone(), JsonObject.Create(document.RootElement.GetProperty("prompt").Clone())!);
    }

    private static ZipArchive Open() => ZipFile.OpenRead(PathOf("comfyui-examples.zip"));

    private static NodeDefinitions ReadDefinitions()
    {
        using var file = new GZipStream(File.OpenRead(PathOf("object_info-0.33.0.json.gz")), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(file);
        return NodeDefinitions.Parse(document.RootElement.Clone());
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Workflows", name);
}
