using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>A prompt as <c>/queue</c> and <c>/history</c> return it.</summary>
internal static class PromptShapes
{
    /// <summary>The five members: number, id, workflow, extra data, output nodes.</summary>
    public static JsonArray Item(Prompt prompt, NodeCatalog catalog)
    {
        var workflow = prompt.Workflow is { } sent ? JsonObject.Create(sent)! : [];
        return new JsonArray(prompt.Number, prompt.Id.ToString(), workflow, ExtraData(prompt), new JsonArray([.. catalog.OutputsOf(workflow).Select(o => JsonValue.Create(o))]));
    }

    /// <summary>A history entry, which is final: the prompt has ended.</summary>
    public static JsonObject HistoryEntry(Prompt prompt, NodeCatalog catalog)
    {
        var generation = prompt.Generation;
        var outputs = Outputs.Of(prompt.Id, generation.Images);
        return new JsonObject
        {
            ["prompt"] = Item(prompt, catalog),
            ["outputs"] = new JsonObject(outputs.Select(o => KeyValuePair.Create(o.Node, (JsonNode?)o.Output))),
            ["status"] = new JsonObject
            {
                ["status_str"] = generation.Status == GenerationStatus.Completed ? "success" : "error",
                ["completed"] = generation.Status == GenerationStatus.Completed,
                ["messages"] = Messages(prompt, outputs.Select(o => o.Node)),
            },
            ["meta"] = new JsonObject(outputs.Select(o => KeyValuePair.Create(o.Node, (JsonNode?)Meta(o.Node)))),
        };
    }

    /// <summary>The submitted extra data, without secrets; ComfyUI adds the sender and the time.</summary>
    public static JsonObject ExtraData(Prompt prompt)
    {
        var data = prompt.ExtraData is { } sent ? JsonObject.Create(sent)! : [];
        if (prompt.ClientId is not null)
            data["client_id"] = prompt.ClientId;
        data["create_time"] = prompt.Generation.CreatedAt.ToUnixTimeMilliseconds();
        return data;
    }

    private static JsonArray Messages(Prompt prompt, IEnumerable<string> executed)
    {
        var (id, generation) = (prompt.Id.ToString(), prompt.Generation);
        var messages = new JsonArray();
        if (generation.StartedAt is { } started)
        {
            var time = started.ToUnixTimeMilliseconds();
            messages.Add(Message("execution_start", new JsonObject { ["prompt_id"] = id, ["timestamp"] = time }));
            messages.Add(Message("execution_cached", new JsonObject { ["nodes"] = new JsonArray(), ["prompt_id"] = id, ["timestamp"] = time }));
        }

        var (type, data) = Outcomes.Of(prompt.Id, generation.Status, generation.Error, executed, generation.EndedAt ?? generation.CreatedAt);
        messages.Add(Message(type, data));
        return messages;
    }

    private static JsonArray Message(string type, JsonObject data) => new(type, data);

    private static JsonObject Meta(string node) =>
        new() { ["node_id"] = node, ["display_node"] = node, ["parent_node"] = null, ["real_node_id"] = node };
}
