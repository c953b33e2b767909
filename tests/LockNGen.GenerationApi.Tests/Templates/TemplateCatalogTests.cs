using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Tests.Support;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Tests.Templates;

/// <summary>An operator's own folder of templates.</summary>
public sealed class TemplateCatalogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-templates-").FullName;

    [Fact]
    public async Task Template_OfTheOperator_IsListedAndSubmitted_WithItsRangesAndDefaults()
    {
        Add("portrait.json", Portrait("portrait"));
        await using var api = await StartAsync();

        var templates = await TemplatesAsync(api);
        var answer = await api.SubmitAsync(new { template = "portrait", parameters = new { prompt = "a sailor" } });
        using var outOfRange = await api.Client.PostAsJsonAsync("/api/generations", new { template = "portrait", parameters = new { prompt = "x", width = 32 } });

        templates.Keys.ShouldBe(["img2img", "inpaint", "portrait", "txt2img"]);
        var width = templates["portrait"].GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "width");
        (width.GetProperty("default").GetInt32(), width.GetProperty("min").GetInt32(), width.GetProperty("max").GetInt32()).ShouldBe((320, 64, 640));
        var generation = await api.GetAsync(answer.GetProperty("id").GetGuid());
        generation.GetProperty("parameters").GetProperty("width").GetInt32().ShouldBe(320);
        ((int)outOfRange.StatusCode).ShouldBe(400);
        (await outOfRange.Content.ReadAsStringAsync()).ShouldContain("parameters.width");
    }

    [Fact]
    public async Task Template_WithTheNameOfAShippedOne_ReplacesIt()
    {
        Add("mine.json", Portrait("txt2img"));
        await using var api = await StartAsync();

        var templates = await TemplatesAsync(api);

        templates.Keys.ShouldBe(["img2img", "inpaint", "txt2img"]);
        templates["txt2img"].GetProperty("title").GetString().ShouldBe("Portrait");
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("""{"name":"broken","title":"Broken","workflow":{},"parameters":null}""")]
    [InlineData("""{"name":"broken","title":"Broken","workflow":{},"parameters":[{"name":"a","type":"text","targets":[{"node":"6","input":"text"}]}]}""")]
    public async Task Template_ThatCannotBeUsed_StopsTheStartWithItsName(string content)
    {
        Add("broken.json", content);

        var failure = await Should.ThrowAsync<OptionsValidationException>(StartAsync);

        failure.Message.ShouldContain("broken.json");
    }

    [Fact]
    public async Task Folder_ThatDoesNotExist_StopsTheStart()
    {
        var nowhere = Path.Combine(_folder, "nowhere");

        (await Should.ThrowAsync<OptionsValidationException>(() => StartAsync(nowhere))).Message.ShouldContain(nowhere);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<ApiHost> StartAsync() => StartAsync(_folder);

    private static Task<ApiHost> StartAsync(string folder) =>
        ApiHost.StartAsync(settings: new Dictionary<string, string?> { ["GenerationApi:TemplatesPath"] = folder });

    private void Add(string file, string content) => File.WriteAllText(Path.Combine(_folder, file), content);

    /// <summary>The shipped template with its own name, title and width.</summary>
    private static string Portrait(string name)
    {
        var template = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Templates", "txt2img.json")))!;
        (template["name"], template["title"]) = (name, "Portrait");
        var width = template["parameters"]!.AsArray().Single(p => (string?)p!["name"] == "width")!;
        (width["default"], width["max"]) = (320, 640);
        return template.ToJsonString();
    }

    private static async Task<Dictionary<string, JsonElement>> TemplatesAsync(ApiHost api)
    {
        var answer = await api.Client.GetFromJsonAsync<JsonElement>("/api/templates");
        return answer.GetProperty("templates").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!);
    }
}
