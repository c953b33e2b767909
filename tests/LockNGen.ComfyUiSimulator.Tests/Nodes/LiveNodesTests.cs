using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Nodes;

/// <summary>Classes that only a live server's catalog knows.</summary>
public sealed class LiveNodesTests
{
    private static readonly string Catalog = Path.Combine(AppContext.BaseDirectory, "Recordings", "v0.33.0", "object_info.json");

    [Fact]
    public async Task Catalog_OfALiveServer_IsReturnedUnchanged()
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));

        var told = await host.Http.GetFromJsonAsync<JsonObject>("/object_info");

        JsonNode.DeepEquals(told, JsonNode.Parse(await File.ReadAllBytesAsync(Catalog))).ShouldBeTrue();
    }

    /// <summary>Shape 48: members of growing groups and of a choice with its own inputs.</summary>
    [Fact]
    public async Task GrowingAndDynamicInputs_AllThere_RunAndShowTheirOutputs()
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        await PutAsync(host, "a.png");
        await PutAsync(host, "b.png");

        using var answer = await SubmitAsync(host, Growing());

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        await socket.WaitAsync("execution_success");
        var shown = socket.Frames.Select(f => f.Json).Where(f => f?["type"]?.ToString() == "executed").ToDictionary(f => f!["data"]!["node"]!.ToString(), f => f!["data"]!["output"]!);
        shown["6"]["text"].ShouldNotBeNull();
        shown["9"]["images"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task GrowingGroup_WithoutItsFirstMember_IsRefusedByThatMembersName()
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));
        await PutAsync(host, "a.png");
        await PutAsync(host, "b.png");
        var workflow = Growing();
        workflow["4"]!["inputs"] = new JsonObject();
        workflow.Remove("6");

        using var answer = await SubmitAsync(host, workflow);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["node_errors"]!["4"]!["errors"]![0]!;
        error["type"]!.ToString().ShouldBe("required_input_missing");
        error["extra_info"]!["input_name"]!.ToString().ShouldBe("images.image0");
    }

    [Fact]
    public async Task File_ThatIsNotThere_IsLookedForByTheNodeAndNotInTheList()
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));
        await PutAsync(host, "deep/a.wav");

        using var there = await SubmitAsync(host, Load("deep/a.wav [input]"));
        using var missing = await SubmitAsync(host, Load("b.wav"));

        there.StatusCode.ShouldBe(HttpStatusCode.OK, await there.Content.ReadAsStringAsync());
        (await missing.Content.ReadAsStringAsync()).ShouldContain("custom_validation_failed");

        static JsonObject Load(string name) => new()
        {
            ["1"] = Graphs.Node("LoadAudio", ("audio", name)),
            ["2"] = Graphs.Node("SaveAudio", ("audio", Graphs.Link("1")), ("filename_prefix", "r")),
        };
    }

    [Fact]
    public async Task Output_ScriptedByItsTitleOrClass_ShowsTheScript()
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));
        await using var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=tester");
        (await host.Http.PostAsJsonAsync("/simulator/outputs?node=PreviewAny", new { text = new[] { "by class" } })).EnsureSuccessStatusCode();
        var workflow = new JsonObject
        {
            ["1"] = Graphs.Node("PrimitiveInt", ("value", 5)),
            ["2"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("1"))),
            ["3"] = Graphs.Node("EmptyImage", ("width", 8), ("height", 8), ("batch_size", 1), ("color", 0)),
            ["4"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("3"))),
        };
        workflow["4"]!["_meta"] = new JsonObject { ["title"] = """ui:{"gifs":[{"filename":"a.gif","subfolder":"","type":"output"}]}""" };

        using var answer = await SubmitAsync(host, workflow);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        await socket.WaitAsync("execution_success");
        var shown = socket.Frames.Select(f => f.Json).Where(f => f?["type"]?.ToString() == "executed").ToDictionary(f => f!["data"]!["node"]!.ToString(), f => f!["data"]!["output"]!);
        shown["2"]["text"]![0]!.ToString().ShouldBe("by class");
        shown["4"]["gifs"]![0]!["filename"]!.ToString().ShouldBe("a.gif");
    }

    /// <summary>Case 28.</summary>
    [Fact]
    public async Task RetiredClass_WithASuccessor_IsReplacedIfTheNodeHasMeta()
    {
        await using var host = await SimulatorHost.StartAsync(("Catalog", Catalog));
        using var replacements = new StringContent(
            """{"OldNumber": [{"old_node_id": "OldNumber", "new_node_id": "PrimitiveInt", "input_mapping": [{"new_id": "value", "old_id": "n"}]}]}""");
        (await host.Http.PostAsync(new Uri("/simulator/node-replacements", UriKind.Relative), replacements)).EnsureSuccessStatusCode();
        var workflow = new JsonObject
        {
            ["1"] = Graphs.Node("OldNumber", ("n", 5)),
            ["2"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("1"))),
        };

        using var bare = await SubmitAsync(host, workflow);
        workflow["1"]!["_meta"] = new JsonObject { ["title"] = "n" };
        using var titled = await SubmitAsync(host, workflow);

        bare.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        titled.StatusCode.ShouldBe(HttpStatusCode.OK, await titled.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Choices_ThatWereAdded_AreTaken()
    {
        await using var host = await SimulatorHost.StartAsync();
        var workflow = Workflows.TextToImage();
        workflow["1"]!["inputs"]!["ckpt_name"] = "new.safetensors";
        using var before = await SubmitAsync(host, workflow);
        (await host.Http.PostAsJsonAsync("/simulator/catalog/choices?classType=CheckpointLoaderSimple&input=ckpt_name", new[] { "new.safetensors" })).EnsureSuccessStatusCode();

        using var after = await SubmitAsync(host, workflow);

        before.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        after.StatusCode.ShouldBe(HttpStatusCode.OK, await after.Content.ReadAsStringAsync());
    }

    private static JsonObject Growing() => new()
    {
        ["1"] = Graphs.Node("LoadImage", ("image", "a.png")),
        ["2"] = Graphs.Node("LoadImage", ("image", "b.png")),
        ["3"] = Graphs.Node(
            "ResizeImageMaskNode", ("input", Graphs.Link("1")), ("resize_type", "scale dimensions"), ("resize_type.width", 512),
            ("resize_type.height", 512), ("resize_type.crop", "center"), ("scale_method", "area")),
        ["4"] = Graphs.Node("BatchImagesNode", ("images.image0", Graphs.Link("3")), ("images.image1", Graphs.Link("2"))),
        ["5"] = Graphs.Node("ComfyMathExpression", ("expression", "a + b"), ("values.a", 2), ("values.b", 3)),
        ["6"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("5"))),
        ["9"] = Graphs.Node("SaveImage", ("images", Graphs.Link("4")), ("filename_prefix", "r")),
    };

    private static async Task PutAsync(SimulatorHost host, string name)
    {
        using var content = new ByteArrayContent([1, 2, 3]);
        (await host.Http.PostAsync(new Uri($"/simulator/files?type=input&name={name}", UriKind.Relative), content)).EnsureSuccessStatusCode();
    }

    private static Task<HttpResponseMessage> SubmitAsync(SimulatorHost host, JsonObject workflow) =>
        host.Http.PostAsJsonAsync("/prompt", new JsonObject { ["prompt"] = workflow.DeepClone(), ["client_id"] = "tester" });
}
