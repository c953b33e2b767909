using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Queue;

/// <summary>The <c>/history</c> entry of a prompt that ran.</summary>
internal sealed class HistoryEntry
{
    public required QueueItem Item { get; init; }

    public required bool Completed { get; init; }

    /// <summary>UI output by node id.</summary>
    public required JsonObject Outputs { get; init; }

    public required JsonObject Meta { get; init; }

    /// <summary>The <c>execution_*</c> events with their timestamps, as <c>[type, data]</c> pairs.</summary>
    public required JsonArray Messages { get; init; }

    public JsonObject StatusJson() => new()
    {
        ["status_str"] = Completed ? "success" : "error",
        ["completed"] = Completed,
        ["messages"] = Messages.DeepClone(),
    };

    public JsonObject ToJson() => new()
    {
        ["prompt"] = Item.ToJson(hideSecrets: true),
        ["outputs"] = Outputs.DeepClone(),
        ["status"] = StatusJson(),
        ["meta"] = Meta.DeepClone(),
    };
}
