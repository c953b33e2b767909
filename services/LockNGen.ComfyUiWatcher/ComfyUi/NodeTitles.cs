using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The <c>_meta</c> of nodes: without it, servers that replace retired classes answer 500 while they do.</summary>
internal static class NodeTitles
{
    private const string Meta = "_meta";
    private const string Title = "title";

    /// <summary>The workflow with a title at every node; the class's name where the submitter gave none.</summary>
    public static JsonObject Complete(JsonObject workflow)
    {
        var complete = workflow.DeepClone().AsObject();
        foreach (var node in complete.Select(n => n.Value).OfType<JsonObject>())
        {
            if (node[Meta] is not JsonObject meta)
                node[Meta] = meta = [];
            if (meta[Title] is not JsonValue)
                meta[Title] = node["class_type"]?.DeepClone();
        }

        return complete;
    }
}
