using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>
/// The nodes that say what a picture should show, and those that say what it should not: everything upstream of a sampler's <c>positive</c> and
/// <c>negative</c>.
/// </summary>
internal sealed class Conditionings
{
    private const string Type = "CONDITIONING";

    private readonly PromptGraph _graph;
    private readonly HashSet<(string Node, int Slot, bool IsNegative)> _visited = [];

    public Conditionings(PromptGraph graph)
    {
        _graph = graph;
        foreach (var node in graph.Reached.Where(IsEnd))
        {
            foreach (var (input, source) in node.Links)
            {
                if (IsConditioning(node, input))
                    Follow(source, IsNegativeName(input));
            }
        }

        // A text on both sides also serves as its own negation (zeroed out), unless another text is only positive.
        if (Positive.Except(Negative).Any(HasText))
            Positive.ExceptWith(Negative);
    }

    public HashSet<PromptNode> Positive { get; } = [];

    public HashSet<PromptNode> Negative { get; } = [];

    private static bool HasText(PromptNode node) => node.Values.Any(v => v.Value.ValueKind == JsonValueKind.String && node.Definition?.Find(v.Key)?.Options.IsTrue("multiline") == true);

    public static bool IsNegativeName(string name) => name.Contains("negative", StringComparison.OrdinalIgnoreCase);

    // A conditioning ends at a node that outputs none.
    private static bool IsEnd(PromptNode node) => node.Definition is null ? node.Links.ContainsKey("positive") : !node.Definition.Outputs.Contains(Type);

    private static bool IsConditioning(PromptNode node, string input) =>
        node.Definition?.Find(input) is { } known ? known.Type == Type : input is "positive" or "negative" or "conditioning";

    // Without recursion, for a chain may be long.
    private void Follow((string Node, int Slot) end, bool isNegative)
    {
        var open = new Stack<(string Node, int Slot)>([end]);
        while (open.TryPop(out var source))
        {
            if (!_visited.Add((source.Node, source.Slot, isNegative)) || _graph.Find(source.Node) is not { } node)
                continue;
            var isPair = node.Links.ContainsKey("positive") && node.Links.ContainsKey("negative");
            foreach (var (input, next) in node.Links)
            {
                // Nodes that take both output both, in this order.
                if (isPair && input is "positive" or "negative" ? input == (source.Slot == 0 ? "positive" : "negative") : IsConditioning(node, input) || IsText(node, input))
                    open.Push(next);
            }

            if (!isPair || node.Values.Keys.Any(k => k.Contains("prompt", StringComparison.Ordinal)))
                (isNegative ? Negative : Positive).Add(node);
        }
    }

    private static bool IsText(PromptNode node, string input) =>
        node.Definition?.Find(input) is { } known ? known.Type == "STRING" : input is "text" or "prompt" or "string";
}
