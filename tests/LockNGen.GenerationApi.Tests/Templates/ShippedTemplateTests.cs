using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Templates;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Problems;

namespace LockNGen.GenerationApi.Tests.Templates;

/// <summary>The templates that are shipped, against the catalog of a live ComfyUI 0.33.0.</summary>
public sealed class ShippedTemplateTests
{
    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Templates");

    [Theory]
    [MemberData(nameof(Names))]
    public void Template_WhereItsModelsAre_IsValidWithAllItsNodes(string name)
    {
        var template = Read(name);
        var catalog = LiveCatalog.With(ModelsOf(template));
        var errors = new List<ProblemError>();

        var filled = FilledTemplate.Fill(template, Values(template), [catalog], errors);

        errors.ShouldBeEmpty();
        TemplateFit.Of(template, [catalog])!.Missing.ShouldBeEmpty();
        var verdict = CatalogValidation.Check(WorkflowGraph.Read(filled.Workflow, errors)!, filled.OpenModels, [catalog], CancellationToken.None);
        verdict.Errors.ShouldBeEmpty();
        verdict.LeftOut.ShouldBeEmpty();
        verdict.Reached.Order().ShouldBe(template.Workflow.Select(n => n.Key).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Template_WithoutItsModels_NamesEachOfThem(string name)
    {
        var template = Read(name);

        var missing = TemplateFit.Of(template, [LiveCatalog.With()])!.Missing;

        missing.Select(m => m.Parameter).ShouldBe(template.Parameters.Where(p => p.Match.Count > 0).Select(p => p.Name));
        missing.ShouldAllBe(m => m.Code == ErrorCodes.MissingModel && m.NodeType != null && m.Message.Contains('*'));
    }

    [Fact]
    public void Template_WhoseClassIsUnknown_NamesIt()
    {
        var catalog = NodeCatalog.Parse(JsonElement.Parse("{}"));

        TemplateFit.Of(Read("upscale"), [catalog])!.Missing.Select(m => m.NodeType).ShouldBe(["LoadImage", "UpscaleModelLoader", "ImageUpscaleWithModel", "SaveImage"]);
    }

    [Theory]
    [InlineData("qwen_image_edit_2509.safetensors", null)]
    [InlineData("Qwen/Qwen_Image_fp8.safetensors", "Qwen/Qwen_Image_fp8.safetensors")]
    public void Model_IsTakenByItsName_ButNotThatOfAnotherKind(string file, string? taken)
    {
        var template = Read("qwen-image");

        var fit = TemplateFit.Of(template, [LiveCatalog.With(("UNETLoader", "unet_name", [file]))])!;

        fit.Models.GetValueOrDefault("model").ShouldBe(taken);
    }

    [Fact]
    public void Models_OfSeveralInstances_AreAllOfTheOneThatHasThemAll()
    {
        var template = Read("flux-dev");
        var half = LiveCatalog.With(("UNETLoader", "unet_name", ["flux1-dev-a.safetensors"]));
        var whole = LiveCatalog.With(
            ("UNETLoader", "unet_name", ["flux1-dev-b.safetensors"]), ("DualCLIPLoader", "clip_name1", ["clip_l.safetensors"]), ("DualCLIPLoader", "clip_name2", ["t5xxl_fp16.safetensors"]), ("VAELoader", "vae_name", ["ae.sft"]));

        var filled = FilledTemplate.Fill(template, Values(template), [half, whole], []);

        ((string?)filled.Workflow["10"]!["inputs"]!["unet_name"], (string?)filled.Workflow["14"]!["inputs"]!["vae_name"]).ShouldBe(("flux1-dev-b.safetensors", "ae.sft"));
        filled.OpenModels.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("v1-5-pruned.safetensors", true)]
    [InlineData("sd_xl_base_1.0.safetensors", false)]
    [InlineData(null, false)]
    public void TextToImage_IsAtHome_WhereTheFirstCheckpointIsOfItsKind(string? checkpoint, bool isAtHome) =>
        TemplateFit.IsAtHome(Read("txt2img"), [LiveCatalog.With(("CheckpointLoaderSimple", "ckpt_name", checkpoint is null ? [] : [checkpoint]))]).ShouldBe(isAtHome);

    [Fact]
    public async Task Templates_OfModelsThatNoInstanceHas_AreListedOnlyWhenAsked_AndComeFirstWhereTheyFit()
    {
        var catalog = LiveCatalog.Json(null, ("CheckpointLoaderSimple", "ckpt_name", ["sd_xl_base_1.0.safetensors"]));
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", catalogHash: FakeWatcher.Hash(catalog)));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        await watcher.SendCatalogAsync("gpu", catalog);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);

        var offered = await ListAsync(api, "/api/templates");
        var all = await ListAsync(api, "/api/templates?all=true");

        offered.Select(t => t.GetProperty("name").GetString()).ShouldBe(["sdxl", "img2img", "inpaint", "txt2img"]);
        all.Count.ShouldBe(Names.Count);
        all.Single(t => t.GetProperty("name").GetString() == "upscale").GetProperty("missing")[0].GetProperty("nodeType").GetString().ShouldBe("UpscaleModelLoader");
        using var refused = await api.Client.PostAsJsonAsync("/api/generations", new { template = "upscale", parameters = new { image = "new-input.png" } });
        (await refused.Content.ReadAsStringAsync()).ShouldContain("RealESRGAN_x4plus.pth");
        var taken = await api.GetAsync((await api.SubmitAsync(new { template = "sdxl", parameters = new { prompt = "a castle" } })).GetProperty("id").GetGuid());
        taken.GetProperty("parameters").GetProperty("model").GetString().ShouldBe("sd_xl_base_1.0.safetensors");
    }

    private static async Task<List<JsonElement>> ListAsync(ApiHost api, string address) =>
        [.. (await api.Client.GetFromJsonAsync<JsonElement>(address)).GetProperty("templates").EnumerateArray()];

    private static Template Read(string name) => JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Folder, name + ".json")), TemplateJson.Default.Template)!;

    /// <summary>The files that the template's workflow names, or any for those that take any.</summary>
    private static (string, string, string[])[] ModelsOf(Template template) =>
    [
        .. from p in template.Parameters
           where p.Type == ParameterType.Model
           let node = template.Workflow[p.Targets[0].Node]!
           let file = (string)node["inputs"]![p.Targets[0].Input]!
           group file.Length > 0 ? file : "a.safetensors" by ((string)node["class_type"]!, p.Targets[0].Input) into files
           select (files.Key.Item1, files.Key.Input, files.ToArray()),
    ];

    private static Dictionary<string, JsonElement> Values(Template template) =>
        template.Parameters.Where(p => p.Required).ToDictionary(p => p.Name, p => JsonElement.Parse(p.Type == ParameterType.Image ? "\"new-input.png\"" : "\"a castle\""));
}
