using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Queue;

/// <summary>One accepted prompt. The wire form is the tuple <c>[number, prompt_id, prompt, extra_data, outputs]</c>.</summary>
internal sealed class QueueItem
{
    private static readonly string[] SecretKeys = ["auth_token_comfy_org", "api_key_comfy_org"];

    /// <summary>Place in the queue, ascending.</summary>
    public required double Number { get; init; }

    /// <summary>The number as it is written: a counter is an integer, an explicit one a float.</summary>
    public required JsonNode NumberJson { get; init; }

    public required string PromptId { get; init; }

    public required JsonObject Prompt { get; init; }

    public required JsonObject ExtraData { get; init; }

    /// <summary>The output nodes that passed validation.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    public JsonArray ToJson(bool hideSecrets) => new(
        NumberJson.DeepClone(),
        PromptId,
        Prompt.DeepClone(),
        hideSecrets ? VisibleExtraData() : ExtraData.DeepClone(),
        new JsonArray([.. Outputs.Select(o => (JsonNode)o)]));

    public JsonObject VisibleExtraData()
    {
        var visible = ExtraData.DeepClone().AsObject();
        foreach (var key in SecretKeys)
            visible.Remove(key);
        return visible;
    }

    /// <summary>
    /// Python's <c>&lt;</c> on these tuples. It fails when numbers and ids are equal but the prompts differ, because
    /// dicts have no order; that failure is what kills the real worker thread.
    /// </summary>
    public bool IsLessThan(QueueItem other)
    {
        if (Number != other.Number)
            return Number < other.Number;
        if (PromptId != other.PromptId)
            return string.CompareOrdinal(PromptId, other.PromptId) < 0;
        if (!JsonNode.DeepEquals(Prompt, other.Prompt) || !JsonNode.DeepEquals(ExtraData, other.ExtraData))
            throw PythonException.TypeError("'<' not supported between instances of 'dict' and 'dict'");
        return false;
    }
}
