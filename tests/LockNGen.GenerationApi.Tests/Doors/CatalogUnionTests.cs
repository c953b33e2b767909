using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Doors;

namespace LockNGen.GenerationApi.Tests.Doors;

/// <summary>What the doors' callers get for all instances together.</summary>
public sealed class CatalogUnionTests
{
    private const string Upload = "upload-6da90255ee944757830314561e04467d.png";

    [Fact]
    public void Choices_OfAllInstances_AreThere()
    {
        var union = CatalogUnion.Of([Catalog("""[["a", "b"], {}]"""), Catalog("""[["b", "c"], {}]""")]);

        union["Node"]!["input"]!["required"]!["choice"]!.ToJsonString().ShouldBe("""[["a","b","c"],{}]""");
    }

    [Theory]
    [InlineData($$$$"""[["open.png", "{{{{Upload}}}}"], {"image_upload": true}]""")]
    [InlineData($$$$"""["COMBO", {"options": ["open.png", "{{{{Upload}}}}"], "image_upload": true}]""")]
    [InlineData($$$$"""["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "open.png", "inputs": {"required": {"image": [["{{{{Upload}}}}"], {}]} } }]}]""")]
    public void Uploads_AreAmongNoInstancesChoices(string spec)
    {
        var alone = CatalogUnion.Of([Catalog(spec)]).ToJsonString();
        var together = CatalogUnion.Of([Catalog("""[["other.png"], {}]"""), Catalog(spec)]).ToJsonString();

        alone.ShouldContain("open.png");
        alone.ShouldNotContain("upload-");
        together.ShouldNotContain("upload-");
    }

    private static JsonObject Catalog(string spec) => new()
    {
        ["Node"] = new JsonObject { ["input"] = new JsonObject { ["required"] = new JsonObject { ["choice"] = JsonNode.Parse(spec) } } },
    };
}
