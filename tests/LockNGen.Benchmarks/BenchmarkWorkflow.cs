using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

internal static class BenchmarkWorkflow
{
    /// <summary>A different seed each time, so that nothing comes from ComfyUI's cache.</summary>
    public static JsonObject Of(int steps) => Graphs.TextToImage(Random.Shared.Next(), steps, size: 256, prefix: "overhead");
}
