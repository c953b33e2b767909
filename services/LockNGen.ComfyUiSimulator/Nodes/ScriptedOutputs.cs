using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// Scripted results of output nodes, in place of their own: by node id or class, or in the node's own title (<c>ui:{"text": ["a"]}</c>). The files
/// that a script names must exist (<c>/simulator/files</c>) if they are to be fetched.
/// </summary>
internal sealed class ScriptedOutputs
{
    private const string TitlePrefix = "ui:";
    private readonly ConcurrentDictionary<string, JsonObject> _byNodeOrClass = new(StringComparer.Ordinal);

    public void Set(string nodeOrClass, JsonObject? ui)
    {
        if (ui is null)
            _byNodeOrClass.TryRemove(nodeOrClass, out _);
        else
            _byNodeOrClass[nodeOrClass] = ui;
    }

    public JsonObject? Find(string nodeId, JsonObject node)
    {
        if (_byNodeOrClass.TryGetValue(nodeId, out var ui) || _byNodeOrClass.TryGetValue(node["class_type"]!.ToString(), out ui))
            return ui.DeepClone().AsObject();
        var title = ((node["_meta"] as JsonObject)?["title"] as JsonValue)?.ToString();
        return title?.StartsWith(TitlePrefix, StringComparison.Ordinal) == true ? Parse(title[TitlePrefix.Length..]) : null;
    }

    private static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            // A title that only looks like a script is just a title.
            return null;
        }
    }
}
