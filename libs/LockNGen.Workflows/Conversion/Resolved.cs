using System.Text.Json;

namespace LockNGen.Workflows.Conversion;

/// <summary>The source of an input once everything that is only drawn has been resolved: the output of a node, or a value.</summary>
internal sealed record Resolved(string? Node, int Slot, JsonElement Value)
{
    public static Resolved Output(string node, int slot) => new(node, slot, default);

    public static Resolved Constant(JsonElement value) => new(null, -1, value);
}
