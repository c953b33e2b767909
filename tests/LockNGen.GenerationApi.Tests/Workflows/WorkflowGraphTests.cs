using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Problems;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Tests.Workflows;

public sealed class WorkflowGraphTests
{
    [Fact]
    public void Values_ThatComfyUiUnwraps_AreCheckedLikeOthers()
    {
        var options = Options.Create(new SubmitOptions());
        var graph = Read("""
            {"5": {"class_type": "EmptyLatentImage", "inputs": {"width": {"__value__": 16384}, "height": {"__value__": "16384"}, "batch_size": 1}},
             "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": {"__value__": "../../x"}}}}
            """);
        var errors = new List<ProblemError>();

        new WorkflowInspection(new NodePolicy(options), options).CheckLimits(graph, graph.Nodes.Select(n => n.Id).ToHashSet(), errors);

        errors.Select(e => $"{e.NodeId} {e.Code}").ShouldBe(["5 out_of_range", "9 forbidden_path"]);
    }

    [Theory]
    [InlineData("""{"__value__":["a",0]}""")] // would be a link
    [InlineData("""{"__value__":{"a":1}}""")]
    [InlineData("""{"__value__":null}""")]
    [InlineData("""{"value":1}""")]
    public void Objects_ThatAreNoWrappedValues_StayAsTheyAre(string value) =>
        Read($$$"""{"1": {"class_type": "A", "inputs": {"x": {{{value}}} } } }""").Nodes[0].Inputs["x"]!.ToJsonString().ShouldBe(value);

    private static WorkflowGraph Read(string workflow) => WorkflowGraph.Read(JsonNode.Parse(workflow)!.AsObject(), [])!;
}
