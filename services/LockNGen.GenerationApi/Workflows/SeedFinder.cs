using System.Numerics;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>
/// Finds what makes the prompts of a batch differ: seeds, at the samplers themselves or where the links to them start. An input holds a seed
/// when the catalog says that ComfyUI's page would pick a random number for it, or when its name says so.
/// </summary>
/// <param name="graph">The workflow.</param>
/// <param name="reached">The nodes that run; others affect no picture.</param>
/// <param name="catalogs">What the instances know.</param>
internal sealed class SeedFinder(WorkflowGraph graph, IReadOnlySet<string> reached, IReadOnlyList<NodeCatalog> catalogs)
{
    /// <summary>More nodes in a row than anyone builds; also ends a circle.</summary>
    private const int MaxLinks = 16;

    /// <summary>The names that nodes use for a number they only hold.</summary>
    private static readonly string[] ConstantNames = ["value", "int", "integer", "number", "num", "val", "int_value", "int_", "constant"];

    private readonly IReadOnlyList<NodeCatalog> _catalogs = [.. catalogs.Distinct()];

    private readonly ILookup<string, (WorkflowNode Node, string Input)> _readers = (
        from node in graph.Nodes
        from input in node.Inputs
        let source = node.SourceOf(input.Key)
        where source is not null
        select (source, node, input.Key)).ToLookup(l => l.source, l => (l.node, l.Key));

    /// <summary>The seeds, each once, in the order of the nodes that read them; the first is the one that is reported.</summary>
    public IReadOnlyList<SeedInput> Find()
    {
        var found = new Dictionary<(string, string), SeedInput?>();
        foreach (var node in graph.Nodes.Where(n => reached.Contains(n.Id)))
        {
            foreach (var name in node.Inputs.Select(i => i.Key).Where(name => IsSeed(node, name)))
            {
                if (OriginOf(node, name) is not { } origin)
                    continue;
                // A number that is also a width, or steps, stays unchanged there; the sampler gets a seed of its own.
                var (holder, input) = IsSeed(origin.Node, origin.Input) || !FeedsOthers(origin.Node.Id, depth: 0) ? origin : (node, name);
                if (!found.ContainsKey((holder.Id, input)))
                    found[(holder.Id, input)] = Read(origin, (node, name), (holder, input));
            }
        }

        return [.. found.Values.OfType<SeedInput>()];
    }

    private SeedInput? Read((WorkflowNode Node, string Input) origin, (WorkflowNode Node, string Input) reader, (WorkflowNode Node, string Input) holder)
    {
        if (PythonNumber.ToInt(origin.Node.Element(origin.Input))?.Whole is not { } value)
            return null;
        var specs = Specs(origin.Node, origin.Input).ToList();
        // ComfyUI does not check ranges across links, so the reader's range applies only to generated seeds, not to given ones.
        var own = SeedRange.Of(specs);
        var range = own.Within(SeedRange.Of(Specs(reader.Node, reader.Input)));
        if (value == BigInteger.MinusOne && specs.TrueForAll(s => SeedRange.Bound(s.Min) is not { } min || min < 0))
            return new SeedInput(holder.Node.Id, holder.Input, range.Draw(), range.Min, range.Max);
        // Other negative numbers have a meaning for their node (-2, -3), which counting would lose.
        if (value < 0 || value > ulong.MaxValue)
            return null;
        var seed = (ulong)value;
        var counted = range.Contains(seed) ? range : own.Contains(seed) ? own : SeedRange.All;
        return new SeedInput(holder.Node.Id, holder.Input, seed, counted.Min, counted.Max);
    }

    /// <summary>Where the number that an input gets is written; null when something computes it.</summary>
    private (WorkflowNode Node, string Input)? OriginOf(WorkflowNode node, string input)
    {
        for (var links = 0; links < MaxLinks; links++)
        {
            if (node.SourceOf(input) is not { } source)
                return node.Inputs[input] is JsonValue ? (node, input) : null;
            if (graph.Find(source) is not { } next || HeldBy(next) is not { } name)
                return null;
            (node, input) = (next, name);
        }

        return null;
    }

    /// <summary>The input whose number a node passes on: a seed, a constant, or a link that only passes through (a reroute).</summary>
    private string? HeldBy(WorkflowNode node) =>
        First(node, name => IsSeed(node, name))
        ?? First(node, name => Specs(node, name).Any(s => s is { IsControlled: true, Type: "INT" }))
        ?? First(node, name => ConstantNames.Contains(name, StringComparer.OrdinalIgnoreCase))
        ?? PassedBy(node);

    private static string? First(WorkflowNode node, Func<string, bool> isIt) =>
        node.Inputs.Where(i => isIt(i.Key) && (i.Value is JsonValue || node.SourceOf(i.Key) is not null)).Select(i => i.Key).FirstOrDefault();

    private static string? PassedBy(WorkflowNode node) => node.Inputs.Count == 1 && node.Inputs.First().Key is var only && node.SourceOf(only) is not null ? only : null;

    private bool FeedsOthers(string id, int depth) =>
        depth > MaxLinks || _readers[id].Any(r => !IsSeed(r.Node, r.Input) && (PassedBy(r.Node) is null || FeedsOthers(r.Node.Id, depth + 1)));

    private bool IsSeed(WorkflowNode node, string name)
    {
        var isNamed = name.EndsWith("seed", StringComparison.OrdinalIgnoreCase);
        var isKnown = false;
        foreach (var spec in Specs(node, name))
        {
            isKnown = true;
            if (spec.Type is "*" || spec.Type.Split(',').Contains("INT"))
                return isNamed || spec.IsRandomized;
        }

        return isNamed && !isKnown;
    }

    private IEnumerable<NodeInputSpec> Specs(WorkflowNode node, string name) =>
        _catalogs.Select(c => c.Classes.GetValueOrDefault(node.ClassType)?.Named(name).FirstOrDefault()).OfType<NodeInputSpec>();
}
