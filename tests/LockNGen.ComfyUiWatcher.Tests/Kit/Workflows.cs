using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

internal static class Workflows
{
    /// <summary>Text to image, 6 nodes besides the sampler, which has a title of its author.</summary>
    public static JsonElement TextToImage(int steps = 4, string output = "SaveImage", int batch = 1, int seed = 42)
    {
        var graph = Graphs.TextToImage(seed, steps, batch: batch);
        graph["5"]!["_meta"] = new JsonObject { ["title"] = "The sampler" };
        if (output != "SaveImage")
            graph["7"] = Graphs.Node(output, ("images", Graphs.Link("6")));
        return JsonSerializer.SerializeToElement(graph);
    }
}
