using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Tests.Workflows;

/// <summary>Which inputs of a workflow are seeds, and what a batch makes of them. Numbers are those of the field's cases.</summary>
public sealed class SeedFinderTests
{
    private const string Packs = """
        {"Seed (rgthree)": {"input": {"required": {"seed": ["INT", {"min": -1125899906842624, "max": 1125899906842624}]}}, "output": ["INT"]},
         "Drawer": {"input": {"required": {"rng": ["INT", {"min": 0, "max": 4294967295, "control_after_generate": true}]}}, "output": ["INT"]},
         "SmallSeed": {"input": {"required": {"seed": ["INT", {"min": 10, "max": 12}]}}, "output": ["INT"]},
         "Reroute (rgthree)": {"input": {"required": {"": ["*", {}]}}, "output": ["*"]}}
        """;

    private static readonly NodeCatalog Catalog = LiveCatalog.With(Packs, ("CheckpointLoaderSimple", "ckpt_name", ["a.safetensors"]));

    [Theory]
    [InlineData("5", "5 6")]
    [InlineData("\"5\"", "5 6")]
    [InlineData("5.9", "5 6")]
    [InlineData("{\"__value__\": 5}", "5 6")]
    [InlineData("9007199254740993", "9007199254740993 9007199254740994")]
    [InlineData("18446744073709551614", "18446744073709551614 18446744073709551615")]
    [InlineData("\"18446744073709551615\"", "18446744073709551615 0")] // cases 4 and 6: after the largest comes the smallest
    public void Seed_AtTheSampler_Cases4And6_IsCountedOverTheWholeRange(string seed, string seeds)
    {
        var found = Find($$$"""{"3": {"class_type": "KSampler", "inputs": {"seed": {{{seed}}} } } }""").ShouldHaveSingleItem();

        (found.NodeId, found.Name, SeedsOf(found)).ShouldBe(("3", "seed", seeds));
    }

    [Theory]
    [InlineData("PrimitiveInt", """{"value": 5}""", "value", "5 6")]
    [InlineData("Seed (rgthree)", """{"seed": 7}""", "seed", "7 8")]
    [InlineData("Drawer", """{"rng": 4294967295}""", "rng", "4294967295 0")]
    [InlineData("SmallSeed", """{"seed": 12}""", "seed", "12 10")]
    [InlineData("INTConstant", """{"value": "18446744073709551615"}""", "value", "18446744073709551615 0")] // unknown to every catalog
    [InlineData("easy seed", """{"seed": 3}""", "seed", "3 4")]
    public void Seed_OverALink_Case8_IsCountedWhereItIsWritten(string classType, string inputs, string input, string seeds)
    {
        var found = Find($$$"""
            {"3": {"class_type": "KSampler", "inputs": {"seed": ["29", 0]}},
             "29": {"class_type": "Reroute (rgthree)", "inputs": {"": ["30", 0]}},
             "30": {"class_type": "{{{classType}}}", "inputs": {{{inputs}}} } }
            """).ShouldHaveSingleItem();

        (found.NodeId, found.Name, SeedsOf(found)).ShouldBe(("30", input, seeds));
    }

    [Fact]
    public void Seed_UnderAnyNameThatTheCatalogMarks_IsASeed()
    {
        Find("""{"1": {"class_type": "RandomNoise", "inputs": {"noise_seed": 1}}, "2": {"class_type": "Drawer", "inputs": {"rng": 2}}}""")
            .Select(s => (s.NodeId, s.Name, s.Value)).ShouldBe([("1", "noise_seed", 1UL), ("2", "rng", 2UL)]);
    }

    [Fact]
    public void Constant_ThatFeedsNoSeed_IsNotCounted() =>
        Find("""{"5": {"class_type": "EmptyLatentImage", "inputs": {"width": ["30", 0], "height": 64}}, "30": {"class_type": "PrimitiveInt", "inputs": {"value": 64}}}""").ShouldBeEmpty();

    [Fact]
    public void Constant_ThatIsAlsoAWidth_StaysOne_AndTheSamplerGetsTheSeed()
    {
        var found = Find("""
            {"3": {"class_type": "KSampler", "inputs": {"seed": ["30", 0]}},
             "5": {"class_type": "EmptyLatentImage", "inputs": {"width": ["30", 0], "height": 64}},
             "30": {"class_type": "PrimitiveInt", "inputs": {"value": 64}}}
            """).ShouldHaveSingleItem();

        (found.NodeId, found.Name, SeedsOf(found)).ShouldBe(("3", "seed", "64 65"));
    }

    [Fact]
    public void MinusOne_Case8_IsDrawn_AsTheNodeTakesIt()
    {
        var found = Find("""{"3": {"class_type": "KSampler", "inputs": {"seed": ["31", 0]}}, "31": {"class_type": "Seed (rgthree)", "inputs": {"seed": -1}}}""")
            .ShouldHaveSingleItem();

        (found.NodeId, found.Name).ShouldBe(("31", "seed"));
        found.At(1).ShouldBeInRange(0UL, 1125899906842624UL);
        found.At(2).ShouldNotBe(found.At(1));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-3)]
    [InlineData(-50)]
    public void SpecialValues_Case8_AreLeftAlone(int value) =>
        Find($$$"""{"3": {"class_type": "KSampler", "inputs": {"seed": ["31", 0]}}, "31": {"class_type": "Seed (rgthree)", "inputs": {"seed": {{{value}}} } } }""").ShouldBeEmpty();

    [Theory]
    [InlineData("""{"3": {"class_type": "KSampler", "inputs": {"seed": ["3", 0]}}}""")]
    [InlineData("""{"3": {"class_type": "KSampler", "inputs": {"seed": ["99", 0]}}}""")]
    [InlineData("""{"3": {"class_type": "KSampler", "inputs": {"seed": null}}}""")]
    [InlineData("""{"3": {"class_type": "KSampler", "inputs": {"seed": "many"}}}""")]
    [InlineData("""{"3": {"class_type": "X", "inputs": {"seed": ["4", 0]}}, "4": {"class_type": "Y", "inputs": {"seed": ["3", 0]}}}""")]
    [InlineData("""{"3": {"class_type": "KSampler", "inputs": {"seed": ["4", 0]}}, "4": {"class_type": "Sum", "inputs": {"a": 1, "b": 2}}}""")]
    public void Seed_ThatNoOneWrote_IsNone(string workflow) => Find(workflow).ShouldBeEmpty();

    [Fact]
    public void Seed_OfANodeThatDoesNotRun_IsNotCounted()
    {
        var graph = WorkflowGraph.Read(JsonNode.Parse("""{"3": {"class_type": "KSampler", "inputs": {"seed": 1}}}""")!.AsObject(), [])!;

        new SeedFinder(graph, new HashSet<string>(), [Catalog]).Find().ShouldBeEmpty();
    }

    private static IReadOnlyList<SeedInput> Find(string workflow)
    {
        var graph = WorkflowGraph.Read(JsonNode.Parse(workflow)!.AsObject(), [])!;
        return new SeedFinder(graph, graph.Nodes.Select(n => n.Id).ToHashSet(), [Catalog]).Find();
    }

    private static string SeedsOf(SeedInput seed) => $"{seed.At(1)} {seed.At(2)}";
}
