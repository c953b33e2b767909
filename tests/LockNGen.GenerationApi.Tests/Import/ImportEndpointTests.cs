using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Import;

public class ImportEndpointTests
{
    [Fact]
    public async Task Import_EditorFormat_IsConvertedAndSaysWhoLacksWhat()
    {
        var (complete, poor) = (WithLora("epiNoiseoffset_v2.safetensors"), WithLora("epiNoiseoffset_v1.safetensors", "other.safetensors"));
        await using var watcher = new FakeWatcher(
            "w1", FakeWatcher.Instance("a", catalogHash: FakeWatcher.Hash(complete)), FakeWatcher.Instance("b", catalogHash: FakeWatcher.Hash(poor)));
        await using var api = await StartAsync(watcher, ("a", complete), ("b", poor));
        var (editor, prompt) = Example("lora--lora");

        var answer = await ImportAsync(api, new StringContent(editor.GetRawText(), Encoding.UTF8, "application/json"));

        (Text(answer, "format"), answer.TryGetProperty("container", out _)).ShouldBe(("editor", false));
        answer.GetProperty("workflow").GetProperty("3").GetProperty("inputs").GetProperty("seed").GetRawText()
            .ShouldBe(prompt.GetProperty("3").GetProperty("inputs").GetProperty("seed").GetRawText());
        answer.GetProperty("runsOn").EnumerateArray().Select(i => i.GetString()).ShouldBe(["a"]);
        var finding = answer.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
        (Text(finding, "code"), Text(finding, "nodeType"), Text(finding, "input")).ShouldBe(("missing_model", "LoraLoader", "lora_name"));
        finding.GetProperty("instances").EnumerateArray().Select(i => i.GetString()).ShouldBe(["b"]);
        finding.GetProperty("nearest")[0].GetString().ShouldBe("epiNoiseoffset_v1.safetensors");
    }

    [Fact]
    public async Task Import_Parameters_HaveRangesAndChoicesOfTheInstances()
    {
        var catalog = WithLora("epiNoiseoffset_v2.safetensors", "b.safetensors");
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("a", catalogHash: FakeWatcher.Hash(catalog)));
        await using var api = await StartAsync(watcher, ("a", catalog));

        var answer = await ImportAsync(api, new StringContent(Example("lora--lora").Editor.GetRawText()));

        var parameters = answer.GetProperty("parameters").EnumerateArray().ToDictionary(p => Text(p, "name")!);
        parameters["lora"].GetProperty("choices").EnumerateArray().Select(c => c.GetString()).ShouldBe(["epiNoiseoffset_v2.safetensors", "b.safetensors"]);
        (parameters["width"].GetProperty("min").GetInt32(), parameters["width"].GetProperty("step").GetInt32()).ShouldBe((16, 8));
        parameters["sampler"].GetProperty("choices").GetArrayLength().ShouldBeGreaterThan(10);
        Text(parameters["prompt"].GetProperty("targets")[0], "input").ShouldBe("text");
        answer.GetProperty("otherParameters").EnumerateArray().ShouldContain(p => Text(p, "name") == "denoise");
    }

    [Fact]
    public async Task Import_FormWithAPicture_IsCalledAsItsFile()
    {
        await using var api = await ApiHost.StartAsync();
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(Pictures.WithText("prompt", """{"9":{"class_type":"SaveImage","inputs":{"filename_prefix":"x"}}}"""));
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(file, "file", "my_castle.png");

        var answer = await ImportAsync(api, form);

        (Text(answer, "title"), Text(answer, "format"), Text(answer, "container")).ShouldBe(("my castle", "api", "image/png"));
        Text(answer.GetProperty("findings")[0], "code").ShouldBe("no_catalog");
    }

    [Theory]
    [InlineData("", "neither JSON")]
    [InlineData("{\"a\": 1}", "not a workflow")]
    [InlineData("{\"nodes\": [", "not JSON")]
    public async Task Import_NoWorkflow_IsReported(string body, string reason)
    {
        await using var api = await ApiHost.StartAsync();

        using var response = await api.Client.PostAsync("/api/workflows/import", new StringContent(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        (Text(problem, "code"), Text(problem, "detail")!.Contains(reason, StringComparison.Ordinal)).ShouldBe(("no_workflow", true));
    }

    [Fact]
    public async Task Import_LargerThanAllowed_IsRefused()
    {
        await using var api = await ApiHost.StartAsync(settings: new Dictionary<string, string?> { ["GenerationApi:MaxImportBytes"] = "2000" });

        using var body = await api.Client.PostAsync("/api/workflows/import", new ByteArrayContent(new byte[3000]));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[3000]), "file", "a.png" } };
        using var upload = await api.Client.PostAsync("/api/workflows/import", form);

        (body.StatusCode, upload.StatusCode).ShouldBe((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge));
    }

    private static async Task<ApiHost> StartAsync(FakeWatcher watcher, params (string Instance, string ObjectInfo)[] catalogs)
    {
        var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        foreach (var (instance, objectInfo) in catalogs)
            await watcher.SendCatalogAsync(instance, objectInfo);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);
        return api;
    }

    private static async Task<JsonElement> ImportAsync(ApiHost api, HttpContent content)
    {
        using var response = await api.Client.PostAsync("/api/workflows/import", content);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.ToString());
        return answer;
    }

    /// <summary>The live catalog, with the example's checkpoint and these LoRAs.</summary>
    private static string WithLora(params string[] loras)
    {
        var prompt = Example("lora--lora").Prompt;
        var checkpoint = prompt.EnumerateObject().First(n => Text(n.Value, "class_type") == "CheckpointLoaderSimple").Value.GetProperty("inputs").GetProperty("ckpt_name").GetString()!;
        return LiveCatalog.Json(null, ("CheckpointLoaderSimple", "ckpt_name", [checkpoint]), ("LoraLoader", "lora_name", loras));
    }

    private static (JsonElement Editor, JsonElement Prompt) Example(string name)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(AppContext.BaseDirectory, "Workflows", "comfyui-examples.zip"));
        using var stream = archive.GetEntry(name + ".json")!.Open();
        using var document = JsonDocument.Parse(stream);
        return (document.RootElement.GetProperty("workflow").Clone(), document.RootElement.GetProperty("prompt").Clone());
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
