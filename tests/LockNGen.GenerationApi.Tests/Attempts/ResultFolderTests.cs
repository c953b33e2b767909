using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Attempts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Attempts;

/// <summary>The folder that hides results at ComfyUI from other owners, and only from them.</summary>
public sealed class ResultFolderTests
{
    private const string Folder = "919c5d5146f5c435";

    private const string Pack = """
        {
          "SavePack": { "input": { "required": { "images": ["IMAGE"], "filename_prefix": ["STRING", {}] } }, "output_node": true, "python_module": "custom_nodes.pack" }
        }
        """;

    private static readonly Lazy<NodeCatalog> Live = new(() => LiveCatalog.With(Pack));

    [Fact]
    public void Folder_IsTheGenerations_AndNotToBeGuessedWithoutTheKey()
    {
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        byte[] key = [1], another = [2];

        ResultFolder.Of(key, one).ShouldMatch("^[0-9a-f]{16}$");
        ResultFolder.Of(key, one).ShouldBe(ResultFolder.Of(key, one));
        new[] { ResultFolder.Of(key, one), ResultFolder.Of(key, two), ResultFolder.Of(another, one) }.ShouldBeUnique();
    }

    [Theory]
    [InlineData("SaveImage", true)]
    [InlineData("SaveAnimatedWEBP", true)]
    [InlineData("SaveAudio", true)]
    [InlineData("SaveVideo", true)]
    [InlineData("SaveGLB", true)]
    [InlineData("SavePack", false)]
    [InlineData("CheckpointSave", false)]
    [InlineData("LossGraphNode", false)]
    [InlineData("SaveImageDataSetToFolder", false)]
    [InlineData("SaveNobodyKnows", false)]
    public void Prefix_OfAStockNodeThatSavesResults_GetsTheFolder(string classType, bool isHidden)
    {
        var workflow = Saves(classType, "cats/cat");

        ResultFolder.Put(workflow, Live.Value, Folder).ShouldBe(isHidden);

        workflow["9"]!["inputs"]!["filename_prefix"]!.ToString().ShouldBe(isHidden ? $"{Folder}/cats/cat" : "cats/cat");
    }

    [Fact]
    public void Prefix_OverALink_StaysALink()
    {
        var workflow = Saves("SaveImage", new JsonArray("4", 0));

        ResultFolder.Put(workflow, Live.Value, Folder).ShouldBeFalse();

        workflow["9"]!["inputs"]!["filename_prefix"]!.ToJsonString().ShouldBe("""["4",0]""");
    }

    [Theory]
    [InlineData(Folder + "/cats", "cats")]
    [InlineData(Folder + "\\cats\\black", "cats\\black")]
    [InlineData(Folder, null)]
    [InlineData(Folder + "0/cats", Folder + "0/cats")]
    [InlineData("cats/" + Folder, "cats/" + Folder)]
    [InlineData("cats", "cats")]
    [InlineData(null, null)]
    public void Folder_IsTakenOffWhereItIs(string? subfolder, string? expected) => ResultFolder.TakeOff(subfolder, Folder).ShouldBe(expected);

    [Theory]
    [InlineData("", true)]
    [InlineData("generations:admin", false)]
    public async Task Result_IsInTheFolderAtComfyUi_WhichIsNotRevealed(string scope, bool isHidden)
    {
        var objectInfo = ObjectInfo.With("m.safetensors");
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", catalogHash: FakeWatcher.Hash(objectInfo)));
        using var log = new LogRecorder();
        await using var api = await ApiHost.StartAsync(settings: Tokens.Settings, watchers: [watcher], log: log);
        api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Of("alice", scope));
        await watcher.StartAsync();
        await watcher.SendCatalogAsync("gpu", objectInfo);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);
        await api.SubmitAsync(new
        {
            workflow = new Dictionary<string, object>
            {
                ["1"] = new { class_type = "LoadImage", inputs = new { image = "example.png" } },
                ["9"] = new { class_type = "SaveImage", inputs = new { images = new object[] { "1", 0 }, filename_prefix = "cats/cat" } },
            },
        });

        var (id, work) = await watcher.TakeAsync();
        var prefix = work.Workflow.GetProperty("9").GetProperty("inputs").GetProperty("filename_prefix").GetString()!;
        var subfolder = prefix[..prefix.LastIndexOf('/')];
        var image = await StoreAsync(work, subfolder);

        prefix.ShouldMatch(isHidden ? "^[0-9a-f]{16}/cats/cat$" : "^cats/cat$");
        (image.Subfolder, image.Filename).ShouldBe(("cats", "cat_00001_.png"));
        var answer = await api.GetAsync(id);
        answer.GetProperty("images")[0].GetProperty("subfolder").GetString().ShouldBe("cats");
        var stored = await api.Services.GetRequiredService<GenerationsDatabase>().ReadAsync(
            session => session.ScalarAsync<string>("SELECT workflow FROM generation_inputs WHERE generation_id = @id", new { id }), TestContext.Current.CancellationToken);
        stored!.ShouldContain("\"cats/cat\"");
        // Who looks into ComfyUI's folder finds whose it is.
        if (isHidden)
            log.Lines.ShouldContain(l => l.Contains(id.ToString()) && l.Contains(prefix.Split('/')[0]));
    }

    private static async Task<GenerationImage> StoreAsync(GenerationWork work, string subfolder)
    {
        using var response = await FakeWatcher.UploadAsync(
            work, 1, 1, Pictures.Png(8, 8), query: $"&node=9&key=images&filename=cat_00001_.png&source=output&subfolder={Uri.EscapeDataString(subfolder)}");
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ContractsJson.Default.GenerationImage))!;
    }

    private static JsonObject Saves(string classType, JsonNode prefix) => new()
    {
        ["9"] = new JsonObject { ["class_type"] = classType, ["inputs"] = new JsonObject { ["filename_prefix"] = prefix } },
    };
}
