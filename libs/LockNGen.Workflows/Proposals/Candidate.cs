using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>A field of a node, before it gets a name.</summary>
/// <param name="Node">The node.</param>
/// <param name="Input">The name of its input.</param>
/// <param name="Value">What the workflow has there.</param>
/// <param name="Spec">What the catalog says about it; null if the class is unknown.</param>
/// <param name="UsedAs">The input that finally receives the value: a different one for nodes that only hold a value.</param>
internal sealed record Candidate(PromptNode Node, string Input, JsonElement Value, InputDefinition? Spec, (PromptNode Node, string Input, InputDefinition? Spec) UsedAs)
{
    /// <summary>All fields of what an output reaches.</summary>
    public static IEnumerable<Candidate> Of(PromptGraph graph) =>
        from node in graph.Reached
        from value in node.Values
        let spec = node.Definition?.Find(value.Key)
        where node.Definition is null || spec is { HasField: true } || spec is null && value.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
        where value.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        select new Candidate(node, value.Key, value.Value, spec, UseOf(graph, node, value.Key, spec));

    // A node with one field and no links represents whatever its value is used for.
    private static (PromptNode, string, InputDefinition?) UseOf(PromptGraph graph, PromptNode node, string input, InputDefinition? spec)
    {
        for (var (at, depth) = (node, 0); at.Links.Count <= depth && at.Values.Count <= 1 && depth < 4; depth++)
        {
            if (graph.UsesOf(at).FirstOrDefault() is not { Node: { } user } use)
                break;
            if (user.Definition?.Find(use.Input) is { HasField: true } known)
                return (user, use.Input, known);
            at = user;
        }

        return (node, input, spec);
    }
}
