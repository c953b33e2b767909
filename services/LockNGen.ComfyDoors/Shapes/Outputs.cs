using System.Text.Json.Nodes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>The outputs of each node, as in <c>executed</c> and the history: by the node's own keys, and without any null.</summary>
internal static class Outputs
{
    private const string Images = "images";

    /// <summary>The outputs by node, in the order of the files.</summary>
    public static IReadOnlyList<(string Node, JsonObject Output)> Of(Guid id, IEnumerable<GenerationImage> files)
    {
        var nodes = new List<(string Node, JsonObject Output)>();
        foreach (var file in files.Where(f => f.NodeId is not null && !IsSent(f)))
        {
            var node = nodes.Find(n => n.Node == file.NodeId).Output;
            if (node is null)
                nodes.Add((file.NodeId!, node = []));
            Add(node, id, file);
        }

        return nodes;
    }

    /// <summary>Whether it is sent through the socket and listed in no output.</summary>
    public static bool IsSent(GenerationImage file) => file.Filename is null && file.Kind != GenerationResultKinds.Text;

    /// <summary>A file as programs request it from <c>/view</c>.</summary>
    public static JsonObject File(Guid id, GenerationImage file) =>
        new() { ["filename"] = FileNames.Of(id, file), ["subfolder"] = "", ["type"] = file.Source ?? "output" };

    private static void Add(JsonObject output, Guid id, GenerationImage file)
    {
        var key = file.OutputKey ?? (file.Kind == GenerationResultKinds.Text ? "text" : Images);
        if (output[key] is not JsonArray list)
            output[key] = list = [];
        if (file.Kind == GenerationResultKinds.Text && file.Filename is null)
        {
            list.Add(file.Text ?? "");
            return;
        }

        list.Add(File(id, file));
        // ComfyUI lists videos among the pictures, marked as animated.
        if (key == Images && (file.Kind == GenerationResultKinds.Video || file.DurationSeconds is not null))
            output["animated"] = new JsonArray(true);
    }
}
