using System.Globalization;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// Inputs that add others: a growing group (<c>images.image0</c>), a choice with inputs of its own (<c>resize_type.width</c>), a slot
/// with them. Expanded from what was sent, as by ComfyUI's <c>get_finalized_class_inputs</c>.
/// </summary>
internal static class DynamicInputs
{
    private const int MaxNames = 100;

    public static IEnumerable<InputSpec> Expand(IEnumerable<InputSpec> inputs, JsonObject sent) => inputs.SelectMany(i => i.Type switch
    {
        "COMFY_AUTOGROW_V3" => Grow(i),
        "COMFY_DYNAMICCOMBO_V3" => Choose(i, sent),
        "COMFY_DYNAMICSLOT_V3" => Fill(i, sent),
        _ => [i],
    });

    /// <summary>The group itself is not an input; its first members are required if the group has a minimum.</summary>
    private static IEnumerable<InputSpec> Grow(InputSpec group)
    {
        if (group.Config["template"] is not JsonObject template || LiveNodes.Inputs(template).FirstOrDefault() is not { } member)
            return [];
        var min = template["min"]?.GetValue<int>() ?? 0;
        var names = template["names"] is JsonArray given
            ? given.Select(n => n!.ToString())
            : Enumerable.Range(0, template["max"]?.GetValue<int>() ?? MaxNames).Select(n => template["prefix"] + n.ToString(CultureInfo.InvariantCulture));
        return names.Select((name, n) => member.Named($"{group.Name}.{name}", isRequired: n < min && member.IsRequired));
    }

    /// <summary>An absent or unknown choice adds nothing, and is not an error.</summary>
    private static IEnumerable<InputSpec> Choose(InputSpec choice, JsonObject sent)
    {
        var options = choice.Config["options"] as JsonArray ?? [];
        var chosen = options.OfType<JsonObject>().FirstOrDefault(o => sent.TryGetPropertyValue(choice.Name, out var key) && JsonNode.DeepEquals(o["key"], key));
        return chosen is null ? [] : [choice, .. Members(choice, chosen, sent)];
    }

    private static IEnumerable<InputSpec> Fill(InputSpec slot, JsonObject sent) =>
        sent.ContainsKey(slot.Name) ? [slot, .. Members(slot, new JsonObject { ["input"] = slot.Config["inputs"]?.DeepClone() }, sent)] : [];

    private static IEnumerable<InputSpec> Members(InputSpec parent, JsonObject holder, JsonObject sent) =>
        Expand(LiveNodes.Inputs(holder).Select(m => m.Named($"{parent.Name}.{m.Name}", m.IsRequired)), sent);
}
