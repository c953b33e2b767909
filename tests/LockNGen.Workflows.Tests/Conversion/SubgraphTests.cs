using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Conversion;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Tests.Conversion;

public class SubgraphTests
{
    /// <summary>A sampler inside, whose seed and steps the subgraph's node shows; a loader outside.</summary>
    private const string Definition = """
        {"id": "sub", "name": "Sub", "inputNode": {"id": -10}, "outputNode": {"id": -20},
         "inputs": [{"id": "i1", "name": "model", "type": "MODEL", "linkIds": [1]}, {"id": "i2", "name": "seed", "type": "INT", "linkIds": [2]}, {"id": "i3", "name": "steps", "type": "INT", "linkIds": [3]}],
         "outputs": [{"id": "o1", "name": "LATENT", "type": "LATENT", "linkIds": [4]}],
         "nodes": [{"id": 3, "type": "KSampler", "mode": 0, "order": 0,
           "inputs": [{"name": "model", "type": "MODEL", "link": 1}, {"name": "seed", "type": "INT", "widget": {"name": "seed"}, "link": 2}, {"name": "steps", "type": "INT", "widget": {"name": "steps"}, "link": 3}],
           "outputs": [{"name": "LATENT", "type": "LATENT", "links": [4]}],
           "widgets_values": [11, "randomize", 20, 8, "euler", "normal", 1]}],
         "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 3, "target_slot": 0, "type": "MODEL"},
                   {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 3, "target_slot": 4, "type": "INT"},
                   {"id": 3, "origin_id": -10, "origin_slot": 2, "target_id": 3, "target_slot": 5, "type": "INT"},
                   {"id": 4, "origin_id": 3, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "LATENT"}]}
        """;

    [Theory]
    [InlineData("[]", "{}", 11, 20)]
    [InlineData("[5, 30]", "{}", 5, 30)]
    [InlineData("""[5, "fixed", 30]""", "{}", 5, 30)]
    [InlineData("[30]", """{"proxyWidgets": [["3", "steps"]]}""", 11, 30)]
    [InlineData("[30, 5]", """{"proxyWidgets": [["-1", "steps"], ["3", "seed"], ["3", "control_after_generate"]]}""", 5, 30)]
    public void Subgraph_FieldsOfItsNode_AreThoseInside(string values, string properties, int seed, int steps)
    {
        var prompt = Convert(Host(values, properties), Definition);

        var sampler = prompt["7:3"]!["inputs"]!;
        ((int)sampler["seed"]!, (int)sampler["steps"]!, (double)sampler["cfg"]!).ShouldBe((seed, steps, 8.0));
        sampler["model"]!.ToJsonString().ShouldBe("""["4",0]""");
        prompt["8"]!["inputs"]!["samples"]!.ToJsonString().ShouldBe("""["7:3",0]""");
    }

    [Fact]
    public void Subgraph_ProxyOfAFieldThatIsNoInput_SetsItInside()
    {
        var prompt = Convert(Host("[3.5]", """{"proxyWidgets": [["3", "cfg"]]}"""), Definition);

        ((double)prompt["7:3"]!["inputs"]!["cfg"]!).ShouldBe(3.5);
    }

    [Fact]
    public void Subgraph_InsideOfAnother_HasTheIdsOfBothAndTheOuterFields()
    {
        const string Outer = """
            {"id": "outer", "name": "Outer",
             "inputs": [{"name": "model", "type": "MODEL"}, {"name": "seed", "type": "INT"}],
             "outputs": [{"name": "LATENT", "type": "LATENT"}],
             "nodes": [{"id": 5, "type": "sub", "mode": 0,
               "inputs": [{"name": "model", "type": "MODEL", "link": 1}, {"name": "seed", "type": "INT", "widget": {"name": "seed"}, "link": 2}],
               "outputs": [{"name": "LATENT", "type": "LATENT"}], "widgets_values": [77, 33]}],
             "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 5, "target_slot": 0},
                       {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 5, "target_slot": 1},
                       {"id": 3, "origin_id": 5, "origin_slot": 0, "target_id": -20, "target_slot": 0}]}
            """;
        var prompt = Convert(Host("[99]", "{}").Replace("\"sub\"", "\"outer\"", StringComparison.Ordinal), Definition, Outer);

        var sampler = prompt["7:5:3"]!["inputs"]!;
        ((int)sampler["seed"]!, (int)sampler["steps"]!).ShouldBe((99, 33));
        sampler["model"]!.ToJsonString().ShouldBe("""["4",0]""");
        prompt["8"]!["inputs"]!["samples"]!.ToJsonString().ShouldBe("""["7:5:3",0]""");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Subgraph_MutedOrBypassed_IsNotThere(int mode)
    {
        var prompt = Convert(Host("[]", "{}").Replace("\"mode\": 0, \"id\": 7", $"\"mode\": {mode}, \"id\": 7", StringComparison.Ordinal), Definition);

        prompt.Select(n => n.Key).ShouldBe(["4", "8"], ignoreOrder: true);
        prompt["8"]!["inputs"]!.AsObject().ContainsKey("samples").ShouldBeFalse();
    }

    [Fact]
    public void Subgraph_PrimitiveAtItsNode_GivesItsValueInside()
    {
        var host = JsonNode.Parse(Host("[]", "{}"))!;
        host["nodes"]!.AsArray().Add(JsonNode.Parse("""{"id": 20, "type": "PrimitiveNode", "outputs": [{"name": "INT", "type": "INT"}], "widgets_values": [123, "fixed"]}"""));
        host["nodes"]![1]!["inputs"]![1]!["link"] = 50;
        host["links"]!.AsArray().Add(JsonNode.Parse("[50, 20, 0, 7, 1, \"INT\"]"));

        ((int)Convert(host.ToJsonString(), Definition)["7:3"]!["inputs"]!["seed"]!).ShouldBe(123);
    }

    [Fact]
    public void Subgraph_ThatContainsItself_IsRefused()
    {
        var itself = Definition.Replace("\"type\": \"KSampler\"", "\"type\": \"sub\"", StringComparison.Ordinal);

        Should.Throw<InvalidWorkflowException>(() => Convert(Host("[]", "{}"), itself));
    }

    private static JsonObject Convert(string workflow, params string[] subgraphs)
    {
        var node = JsonNode.Parse(workflow)!;
        node["definitions"] = new JsonObject { ["subgraphs"] = new JsonArray([.. subgraphs.Select(s => JsonNode.Parse(s))]) };
        return GraphConverter.Convert(EditorWorkflow.Read(JsonElement.Parse(node.ToJsonString())), RealWorkflows.Definitions);
    }

    private static string Host(string values, string properties) => $$"""
        {"nodes": [
          {"id": 4, "type": "CheckpointLoaderSimple", "mode": 0, "order": 0, "inputs": [], "outputs": [{"name": "MODEL", "type": "MODEL"}, {"name": "CLIP", "type": "CLIP"}, {"name": "VAE", "type": "VAE"}], "widgets_values": ["a.safetensors"]},
          {"mode": 0, "id": 7, "type": "sub", "order": 1, "properties": {{properties}},
           "inputs": [{"name": "model", "type": "MODEL", "link": 10}, {"name": "seed", "type": "INT", "widget": {"name": "seed"}, "link": null}],
           "outputs": [{"name": "LATENT", "type": "LATENT", "links": [11]}], "widgets_values": {{values}}},
          {"id": 8, "type": "VAEDecode", "mode": 0, "order": 2, "inputs": [{"name": "samples", "type": "LATENT", "link": 11}, {"name": "vae", "type": "VAE", "link": 12}], "outputs": [{"name": "IMAGE", "type": "IMAGE"}]}],
         "links": [[10, 4, 0, 7, 0, "MODEL"], [11, 7, 0, 8, 0, "LATENT"], [12, 4, 2, 8, 1, "VAE"]]}
        """;
}
