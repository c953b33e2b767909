using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>An input that is another node's output: <c>["5", 0]</c>.</summary>
internal readonly record struct NodeLink(string NodeId, int Slot)
{
    public static NodeLink? From(JsonNode? value)
    {
        if (value is not JsonArray { Count: 2 } pair
            || pair[0]?.GetValueKind() != JsonValueKind.String
            || pair[1]?.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }

        return new NodeLink(pair[0]!.GetValue<string>(), (int)double.Parse(pair[1]!.ToJsonString(), CultureInfo.InvariantCulture));
    }
}
