using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Instances;

public abstract class CatalogTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Catalog_ThatTheApiLacks_IsWanted_UntilItCame()
    {
        await using var watcher = Watcher(ObjectInfo.With("a.safetensors"));
        await using var api = await StartApiAsync(watchers: watcher);
        (await watcher.StartAsync()).CatalogsWanted.ShouldBe(["gpu"]);

        await SendCatalogAsync(watcher, ObjectInfo.With("a.safetensors"));

        var models = await api.Client.GetFromJsonAsync<JsonElement>("/api/models");
        var model = models.GetProperty("models").EnumerateArray().ShouldHaveSingleItem();
        (model.GetProperty("name").GetString(), model.GetProperty("folder").GetString(), model.GetProperty("instances")[0].GetString())
            .ShouldBe(("a.safetensors", "checkpoints", "gpu"));
        models.GetProperty("samplers").EnumerateArray().Select(s => s.GetString()).ShouldBe(["euler", "dpmpp_2m"]);
        var template = (await api.Client.GetFromJsonAsync<JsonElement>("/api/templates")).GetProperty("templates").EnumerateArray()
            .Single(t => t.GetProperty("name").GetString() == "txt2img");
        template.GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "model")
            .GetProperty("choices")[0].GetString().ShouldBe("a.safetensors");
    }

    [Fact]
    public async Task CatalogOfTheFarm_AskedForBeforeItCame_IsAnotherOneOnceItIsHere()
    {
        await using var watcher = Watcher(ObjectInfo.With("a.safetensors"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        using var before = await api.Client.GetAsync("/api/doors/catalog");
        (await before.Content.ReadAsStringAsync()).ShouldBe("{}");

        await SendCatalogAsync(watcher, ObjectInfo.With("a.safetensors"));

        using var after = await api.Client.GetAsync("/api/doors/catalog");
        after.Headers.ETag.ShouldNotBe(before.Headers.ETag);
        (await after.Content.ReadAsStringAsync()).ShouldContain("a.safetensors");
    }

    [Fact]
    public async Task Model_LeftOut_IsTheInstancesFirst()
    {
        await using var watcher = Watcher(ObjectInfo.With("first.safetensors", "second.safetensors"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await SendCatalogAsync(watcher, ObjectInfo.With("first.safetensors", "second.safetensors"));

        var id = (await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" } })).GetProperty("id").GetGuid();

        var (_, work) = await watcher.TakeAsync();
        var input = work.Prompts[0].Inputs.Single(i => i.Name == "ckpt_name");
        (input.NodeId, input.Value.GetString()).ShouldBe(("4", "first.safetensors"));
        (await api.GetAsync(id)).GetProperty("model").GetString().ShouldBe("first.safetensors");
    }

    [Fact]
    public async Task Workflow_ThatNoInstanceCanRun_IsRefusedWithTheNearestNames()
    {
        await using var watcher = Watcher(ObjectInfo.With("sdxl.safetensors"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await SendCatalogAsync(watcher, ObjectInfo.With("sdxl.safetensors"));

        var missing = await ErrorAsync(api, new { template = "txt2img", parameters = new { prompt = "x", model = "sdxl.ckpt" } });
        missing.GetProperty("code").GetString().ShouldBe("missing_model");
        missing.GetProperty("message").GetString()!.ShouldContain("sdxl.safetensors");
        (await ErrorAsync(api, new { template = "txt2img", parameters = new { prompt = "x", sampler = "eulr" } })).GetProperty("message").GetString()!.ShouldContain("Nearest: euler");
        var unknown = await ErrorAsync(api, new { workflow = new Dictionary<string, object> { ["1"] = new { class_type = "KSamplr", inputs = new { } } } });
        (unknown.GetProperty("code").GetString(), unknown.GetProperty("nodeId").GetString()).ShouldBe(("unknown_node_class", "1"));
    }

    [Fact]
    public async Task Refusal_OfAnUnknownModel_HasOldCatalogsReadAgain_AndSaysHowOldTheyAre()
    {
        var objectInfo = ObjectInfo.With("a.safetensors");
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", catalogHash: FakeWatcher.Hash(objectInfo), catalogAge: 40));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await SendCatalogAsync(watcher, objectInfo);
        (await watcher.BeatAsync()).CatalogsDoubted.ShouldBeEmpty();

        var error = await ErrorAsync(api, new { template = "txt2img", parameters = new { prompt = "x", model = "new.safetensors" } });

        error.GetProperty("message").GetString()!.ShouldContain("This was so 4");
        (await watcher.BeatAsync()).CatalogsDoubted.ShouldBe(["gpu"]);
    }

    /// <summary>Case 24: instances differ in samplers, models of custom loaders and models inside objects.</summary>
    [Theory]
    [InlineData("res_2s", "x.gguf", "l1.safetensors")]
    [InlineData("euler", "y.gguf", "l1.safetensors")]
    [InlineData("euler", "x.gguf", "l2.safetensors")]
    public async Task Work_ThatOneInstanceLacksAChoiceFor_GoesToTheOther(string sampler, string model, string lora)
    {
        var (a, b) = (Choices(["euler"], ["x.gguf"], ["l1.safetensors"]), Choices(["euler", "res_2s"], ["x.gguf", "y.gguf"], ["l1.safetensors", "l2.safetensors"]));
        await using var watcher = new FakeWatcher(
            "w1", FakeWatcher.Instance("a", catalogHash: FakeWatcher.Hash(a)), FakeWatcher.Instance("b", catalogHash: FakeWatcher.Hash(b)));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await watcher.SendCatalogAsync("a", a);
        await watcher.SendCatalogAsync("b", b);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);

        await api.SubmitAsync(new { workflow = Loras(sampler, model, lora) });

        (await watcher.OfferAsync()).Instance.ShouldBe("b");
    }

    /// <summary>Shape 46: inputs other than links, texts and numbers reach ComfyUI unchanged and in order.</summary>
    [Fact]
    public async Task ObjectsInInputs_ReachTheInstanceWhole()
    {
        var catalog = Choices(["euler"], ["x.gguf"], ["l1.safetensors"]);
        await using var watcher = Watcher(catalog);
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await SendCatalogAsync(watcher, catalog);
        var workflow = Loras("euler", "x.gguf", "l1.safetensors");
        await api.SubmitAsync(new { workflow });

        var (_, work) = await watcher.TakeAsync();

        work.Workflow.GetProperty("41").GetProperty("inputs").GetRawText().ShouldBe(workflow["41"]!["inputs"]!.ToJsonString());
    }

    /// <summary>A live catalog in which these exist, also of two node packs.</summary>
    private static string Choices(string[] samplers, string[] models, string[] loras) => LiveCatalog.Json(
        $$$$"""
        {"CustomLoader": {"input": {"required": {"model": [{{{{JsonSerializer.Serialize(models)}}}}, {}], "source": ["MODEL", {}]}}, "output": ["MODEL"], "output_node": false},
         "Power Lora Loader (rgthree)": {"input": {"required": {}, "optional": {"model": ["MODEL", {}], "clip": ["CLIP", {}]}}, "output": ["MODEL", "CLIP"], "output_node": false}}
        """,
        ("CheckpointLoaderSimple", "ckpt_name", ["a.safetensors"]),
        ("KSampler", "sampler_name", samplers),
        ("LoraLoader", "lora_name", loras));

    private static JsonObject Loras(string sampler, string model, string lora) => JsonNode.Parse(
        $$$$"""
        {"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}},
         "40": {"class_type": "CustomLoader", "inputs": {"model": "{{{{model}}}}", "source": ["4", 0]}},
         "41": {"class_type": "Power Lora Loader (rgthree)", "inputs": {"model": ["40", 0], "clip": ["4", 1],
             "PowerLoraLoaderHeaderWidget": {"type": "PowerLoraLoaderHeaderWidget"},
             "lora_1": {"on": true, "lora": "{{{{lora}}}}", "strength": 0.8, "strengthTwo": null},
             "lora_2": {"on": false, "lora": "none.safetensors", "strength": 1}}},
         "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
         "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "x", "clip": ["41", 1]}},
         "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 1, "cfg": 1, "sampler_name": "{{{{sampler}}}}", "scheduler": "normal", "denoise": 1,
             "model": ["41", 0], "positive": ["6", 0], "negative": ["6", 0], "latent_image": ["5", 0]}},
         "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
         "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "r"}}}
        """)!.AsObject();

    /// <summary>Case 24: an instance that refuses what its catalog has is not the last word while another one can.</summary>
    [Fact]
    public async Task Work_ThatAnInstanceRefuses_GoesToAnother_AndFailsWhereThereIsNone()
    {
        var objectInfo = ObjectInfo.With("m.safetensors");
        await using var watcher = new FakeWatcher(
            "w1",
            FakeWatcher.Instance("a", catalogHash: FakeWatcher.Hash(objectInfo), catalogAge: 1),
            FakeWatcher.Instance("b", catalogHash: FakeWatcher.Hash(objectInfo), catalogAge: 1));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await watcher.SendCatalogAsync("a", objectInfo);
        await watcher.SendCatalogAsync("b", objectInfo);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);
        await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", model = "m.safetensors" } });
        var refusal = new GenerationError { Code = GenerationErrorCodes.MissingModel, Message = "not in list", Retryable = false };

        var first = await watcher.OfferAsync();
        var work = (await watcher.ClaimAsync(first)).Work!;
        var verdict = await watcher.ReportAsync(first.GenerationId, work.Attempt, outcome: null, refusal, refused: true);
        var second = await watcher.OfferAsync();

        verdict.Verdict.ShouldBe(OutcomeVerdict.TakenBack);
        second.Instance.ShouldNotBe(first.Instance);
        (await watcher.BeatAsync()).CatalogsDoubted.ShouldContain(first.Instance);
    }

    [Fact]
    public async Task Work_ThatTheOnlyInstanceRefuses_FailsWithWhatItSays()
    {
        await using var watcher = Watcher(ObjectInfo.With("m.safetensors"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await SendCatalogAsync(watcher, ObjectInfo.With("m.safetensors"));
        var id = (await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", model = "m.safetensors" } })).GetProperty("id").GetGuid();

        var (_, work) = await watcher.TakeAsync();
        await watcher.ReportAsync(id, work.Attempt, outcome: null, new GenerationError { Code = GenerationErrorCodes.MissingModel, Message = "not in list", Retryable = false }, refused: true);

        var failed = (GenerationFailed)await api.Events.EndOfAsync(id);
        (failed.Data.Error.Code, failed.Data.Error.Message).ShouldBe((GenerationErrorCodes.MissingModel, "not in list"));
    }

    /// <summary>Case 5.</summary>
    [Fact]
    public async Task ModelInAFolder_IsListedOnce_AndWrittenAsTheInstanceDoes()
    {
        var (linux, windows) = (ObjectInfo.With("sdxl/base.safetensors"), ObjectInfo.With(@"sdxl\\base.safetensors"));
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("windows", catalogHash: FakeWatcher.Hash(windows)));
        await using var other = new FakeWatcher("w2", FakeWatcher.Instance("linux", state: InstanceState.Down, catalogHash: FakeWatcher.Hash(linux)));
        await using var api = await StartApiAsync(watchers: [watcher, other]);
        await watcher.StartAsync();
        await other.StartAsync();
        await other.SendCatalogAsync("linux", linux);
        await watcher.SendCatalogAsync("windows", windows);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count + (await other.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);

        await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", model = "sdxl/base.safetensors" } });

        var (_, work) = await watcher.TakeAsync();
        work.Prompts[0].Inputs.Single(i => i.Name == "ckpt_name").Value.GetString().ShouldBe(@"sdxl\base.safetensors");
        var models = (await api.Client.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("models").EnumerateArray();
        models.ShouldHaveSingleItem().GetProperty("name").GetString().ShouldBe("sdxl/base.safetensors");
    }

    [Fact]
    public async Task Image2Image_WithAnUpload_GivesTheWatcherTheFile()
    {
        await using var watcher = Watcher(ObjectInfo.With("m.safetensors"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await SendCatalogAsync(watcher, ObjectInfo.With("m.safetensors"));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Png(16, 16)), "image", "mine.png" } };
        using var upload = await api.Client.PostAsync("/api/uploads", form);
        upload.StatusCode.ShouldBe(HttpStatusCode.Created);
        var name = (await upload.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("name").GetString();

        await api.SubmitAsync(new { template = "img2img", parameters = new { prompt = "x", image = name, denoise = 0.5 } });

        var (_, work) = await watcher.TakeAsync();
        var file = work.InputFiles.ShouldHaveSingleItem();
        file.Name.ShouldBe(name);
        work.Workflow.GetProperty("10").GetProperty("inputs").GetProperty("image").GetString().ShouldBe(name);
        using var client = new HttpClient();
        (await client.GetAsync(file.Url)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", work.UploadToken);
        (await client.GetByteArrayAsync(file.Url)).ShouldBe(Pictures.Png(16, 16));
    }

    private static FakeWatcher Watcher(string objectInfo) => new("w1", FakeWatcher.Instance("gpu", catalogHash: FakeWatcher.Hash(objectInfo)));

    private static async Task SendCatalogAsync(FakeWatcher watcher, string objectInfo)
    {
        await watcher.SendCatalogAsync("gpu", objectInfo);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);
    }

    private static async Task<JsonElement> ErrorAsync(ApiHost api, object body)
    {
        using var response = await api.Client.PostAsJsonAsync("/api/generations", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
    }

    public sealed class OnSqlite() : CatalogTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : CatalogTests(server);
}
