using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>Whole numbers of inputs as ComfyUI will read them: converted from text and fractions, and followed over links to nodes that only hold a number.</summary>
internal static class ConstantValues
{
    private const int MaxLinks = 16;

    /// <summary>The names that primitive nodes, ComfyUI's and others', use for their number.</summary>
    private static readonly string[] ValueInputs = ["value", "int", "integer", "number", "int_value", "float", "float_value", "int_", "a", "Value", "Number", "INT"];

    /// <summary>The number that an input will have; null if it is not a number, or is only known when the workflow runs.</summary>
    public static long? Of(WorkflowGraph graph, WorkflowNode node, string input)
    {
        for (var links = 0; links < MaxLinks; links++)
        {
            if (node.SourceOf(input) is not { } source)
                return node.Inputs[input] is JsonValue ? PythonNumber.ToInt(node.Element(input))?.Int64 : null;
            if (graph.Find(source) is not { } next || OnlyInput(next) is not { } name)
                return null;
            (node, input) = (next, name);
        }

        return null;
    }

    /// <summary>The one input that a node can pass on: its number, or a link.</summary>
    private static string? OnlyInput(WorkflowNode node)
    {
        var links = node.Inputs.Where(i => i.Value is JsonArray).ToList();
        if (links.Count == 1 && node.Inputs.Count == 1)
            return links[0].Key;
        return links.Count == 0 ? ValueInputs.FirstOrDefault(node.Inputs.ContainsKey) : null;
    }
}
