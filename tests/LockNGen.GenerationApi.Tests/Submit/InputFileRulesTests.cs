using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Submit;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Problems;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>Which files workflows read, with the catalog of a live ComfyUI, and without any.</summary>
public sealed class InputFileRulesTests
{
    private const string Own = "upload-00000000000000000000000000000001.png";
    private const string Foreign = "upload-00000000000000000000000000000002.png";

    /// <summary>Classes of node packs: one that declares that it reads a file, and one that takes any text.</summary>
    private const string Pack = """
        {
          "PackLoader": { "input": { "required": { "image": [["open.png"], { "image_upload": true }] } }, "output": ["IMAGE"], "python_module": "custom_nodes.pack" },
          "PackReader": { "input": { "required": { "where": ["STRING", {}] } }, "output": ["IMAGE"], "python_module": "custom_nodes.pack" }
        }
        """;

    private static readonly Lazy<NodeCatalog> Live = new(() => LiveCatalog.With(Pack, ("LoadImage", "image", ["open.png", Foreign])));

    [Theory]
    [InlineData("LoadImage", "image", "open.png", true)]
    [InlineData("LoadImage", "image", "", true)]
    [InlineData("LoadImage", "image", Own, true)]
    [InlineData("LoadImage", "image", Foreign, false)]
    [InlineData("LoadImage", "image", "gone.png", false)]
    [InlineData("LoadImage", "image", "../output/x.png", false)]
    [InlineData("LoadImage", "image", "x.png [output]", false)]
    [InlineData("LoadImage", "image", "x.png[output]", false)]
    [InlineData("LoadImageMask", "image", "clipspace/x.png [input]", false)]
    [InlineData("LoadImageOutput", "image", "x.png [output]", false)]
    [InlineData("LoadImageOutput", "image", "x.png", false)]
    [InlineData("LoadImageOutput", "image", Own, true)]
    [InlineData("PackLoader", "image", "open.png", true)]
    [InlineData("PackLoader", "image", "x.png [temp]", false)]
    [InlineData("PackReader", "where", "x.png [output]", false)]
    [InlineData("PackReader", "where", "x.png [input]", false)]
    [InlineData("PackReader", "where", "a text", true)]
    [InlineData("CLIPTextEncode", "text", "what goes [input]", true)]
    public void Catalog_ReportsWhichInputsNameFiles(string classType, string input, string value, bool isAllowed) =>
        Problems(Loads(classType, input, value), Live.Value).ShouldBe(isAllowed ? [] : ["1"]);

    [Theory]
    [InlineData("LoadImage", "image", "open.png", true)]
    [InlineData("LoadImage", "image", Own, true)]
    [InlineData("LoadImage", "image", Foreign, false)]
    [InlineData("LoadImage", "image", "../output/x.png", false)]
    [InlineData("LoadImage", "image", "..\\output\\x.png", false)]
    [InlineData("LoadImage", "image", "/etc/passwd", false)]
    [InlineData("LoadImage", "image", "C:x.png", false)]
    [InlineData("LoadImageOutput", "image", "x.png [output]", false)]
    [InlineData("LoadAudio", "audio", "folder/x.wav", false)]
    [InlineData("LoadVideo", "file", "folder/x.mp4", false)]
    [InlineData("Load3D", "model_file", "../output/3d/x.glb", false)]
    [InlineData("PackReader", "where", "x.png [output]", false)]
    [InlineData("CheckpointLoaderSimple", "ckpt_name", "sd15/a.safetensors", true)]
    [InlineData("CLIPTextEncode", "text", "a house/a tower", true)]
    public void NoCatalog_LoadersTakePlainNames(string classType, string input, string value, bool isAllowed) =>
        Problems(Loads(classType, input, value), null).ShouldBe(isAllowed ? [] : ["1"]);

    [Fact]
    public void LinkToAFileName_IsRefused()
    {
        var workflow = Loads("LoadImage", "image", "open.png");
        workflow["1"]!["inputs"]!["image"] = new JsonArray("9", 0);

        Problems(workflow, null).ShouldBe(["1"]);
        Problems(workflow, Live.Value).ShouldBe(["1"]);
    }

    /// <summary>The server of the catalog would leave the output out, for a sampler that it does not have; another has it.</summary>
    [Fact]
    public void FileOfAnOutputThatIsLeftOut_IsCheckedToo()
    {
        var workflow = Loads("LoadImage", "image", "open.png");
        workflow["3"] = Node("LoadImage", ("image", "../output/x.png"));
        workflow["4"] = Node("ImageScale", ("image", new JsonArray("3", 0)), ("upscale_method", "of another server"), ("width", 8), ("height", 8), ("crop", "disabled"));
        workflow["5"] = Node("PreviewImage", ("images", new JsonArray("4", 0)));
        workflow["6"] = Node("LoadImage", ("image", "../output/that nothing needs.png"));

        Problems(workflow, Live.Value, leavesOut: true).ShouldBe(["3"]);
    }

    private static List<string?> Problems(JsonObject workflow, NodeCatalog? catalog, bool leavesOut = false)
    {
        var errors = new List<ProblemError>();
        var graph = WorkflowGraph.Read(JsonNode.Parse(workflow.ToJsonString())!.AsObject(), errors)!;
        var verdict = CatalogValidation.Check(graph, [], catalog is null ? [] : [catalog], TestContext.Current.CancellationToken);
        (verdict.LeftOut.Count > 0).ShouldBe(leavesOut, string.Join("; ", verdict.LeftOut.Select(o => o.Message)));
        InputFileRules.Check(graph, verdict, new HashSet<string> { Own }, errors);
        errors.ShouldAllBe(e => e.Code == ErrorCodes.ForbiddenPath);
        return [.. errors.Select(e => e.NodeId)];
    }

    /// <summary>A workflow in which a node with this input is needed.</summary>
    private static JsonObject Loads(string classType, string input, string value) => new()
    {
        ["1"] = Node(classType, (input, value)),
        ["2"] = Node("PreviewAny", ("source", new JsonArray("1", 0))),
    };

    private static JsonObject Node(string classType, params (string Name, JsonNode Value)[] inputs)
    {
        var all = new JsonObject();
        foreach (var (name, value) in inputs)
            all[name] = value;
        return new JsonObject { ["class_type"] = classType, ["inputs"] = all };
    }
}
