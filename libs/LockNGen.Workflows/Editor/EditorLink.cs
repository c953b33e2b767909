using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Editor;

/// <summary>A link between two nodes. Editors have written it as a list and as an object.</summary>
internal sealed record EditorLink(string Id, string Origin, int OriginSlot, string Target, int TargetSlot)
{
    /// <summary>The id under which a subgraph's own inputs are among its nodes.</summary>
    public const string Inputs = "-10";

    /// <summary>The id under which a subgraph's own outputs are among its nodes.</summary>
    public const string Outputs = "-20";

    private static readonly string[] Parts = ["id", "origin_id", "origin_slot", "target_id", "target_slot"];

    public static EditorLink? Read(JsonElement element)
    {
        var parts = element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray()]
            : Parts.Select(n => element.Member(n) ?? default).ToArray();
        return parts.Length >= 5 && parts[0].Id() is { } id && parts[1].Id() is { } origin && parts[3].Id() is { } target
            ? new EditorLink(id, origin, Slot(parts[2]), target, Slot(parts[4]))
            : null;
    }

    // Some were written as strings.
    private static int Slot(JsonElement slot) => slot.Integer() ?? (int.TryParse(slot.Id(), out var number) ? number : -1);
}
