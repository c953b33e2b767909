using System.Text.Json;

namespace LockNGen.Workflows.Conversion;

/// <summary>Where what an input gets comes from, once everything that is only drawn is gone: the output of a node, or a value.</summary>
internal sealed record Resolved(string? Node, int Slot, JsonElement Value)
{
    public static Resolved Output(string node, int slot) => new(node, slot, default);

    public static Resolved Constant(JsonElement value) => new(null, -1, value);
}
