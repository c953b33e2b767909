using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>Seeds from the request to the watcher and back in every answer. Numbers are those of the field's cases.</summary>
public abstract class SeedTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Seeds_AtTheEndOfTheRange_Case6_AreExactEverywhere()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();

        var answer = await api.SubmitAsync(new { workflow = Workflow("18446744073709551614"), count = 3 });
        var (id, work) = await watcher.TakeAsync();

        answer.GetProperty("seed").GetRawText().ShouldBe("18446744073709551614");
        answer.GetProperty("seedText").GetString().ShouldBe("18446744073709551614");
        answer.TryGetProperty("warnings", out _).ShouldBeFalse();
        work.Prompts.Select(p => p.Seed).ShouldBe([18446744073709551614, 18446744073709551615, 0]);
        work.Prompts.Select(p => p.Inputs.Single(i => i.Name == "seed").Value.GetRawText()).ShouldBe(["18446744073709551614", "18446744073709551615", "0"]);
        var got = await api.GetAsync(id);
        (got.GetProperty("seed").GetRawText(), got.GetProperty("seedText").GetString()).ShouldBe(("18446744073709551614", "18446744073709551614"));
        var listed = (await api.Client.GetFromJsonAsync<JsonElement>("/api/generations")).GetProperty("items")[0];
        listed.GetProperty("seed").GetRawText().ShouldBe("18446744073709551614");
    }

    [Fact]
    public async Task Seed_AsText_Case4_IsReportedAsANumber()
    {
        await using var api = await StartApiAsync();

        var answer = await api.SubmitAsync(new { workflow = Workflow("\"18446744073709551615\"") });
        var template = await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", seed = "9007199254740993" } });

        answer.GetProperty("seed").GetRawText().ShouldBe("18446744073709551615");
        template.GetProperty("seed").GetRawText().ShouldBe("9007199254740993");
    }

    [Fact]
    public async Task Seed_DrawnForATemplate_StaysInTheRangeOfItsNode()
    {
        var catalog = ObjectInfo.With("a.safetensors").Replace("18446744073709551615", "3", StringComparison.Ordinal);
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", catalogHash: FakeWatcher.Hash(catalog)));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        await watcher.SendCatalogAsync("gpu", catalog);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);

        await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" }, count = 4 });
        var (_, work) = await watcher.TakeAsync();

        work.Prompts.Select(p => p.Seed!.Value).ShouldBe([0UL, 1UL, 2UL, 3UL], ignoreOrder: true);
    }

    [Theory]
    [InlineData("18446744073709551616")]
    [InlineData("-1")]
    [InlineData("1.5e30")]
    public async Task Seed_BeyondTheRange_OfATemplate_IsRefusedWithTheRange(string seed)
    {
        await using var api = await StartApiAsync();
        var body = $$$"""{"template":"txt2img","parameters":{"prompt":"x","seed":{{{seed}}} } }""";

        using var response = await api.Client.PostAsync("/api/generations", new StringContent(body));

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        (error.GetProperty("field").GetString(), error.GetProperty("code").GetString()).ShouldBe(("parameters.seed", "out_of_range"));
        error.GetProperty("message").GetString()!.ShouldContain("between 0 and 18446744073709551615");
    }

    [Fact]
    public async Task Batch_WithNothingToVary_Case8_IsWarnedOf_UntilItsEnd()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var body = new { workflow = Workflow("[\"8\", 0]"), count = 2 };

        using var dryRun = await api.Client.PostAsJsonAsync("/api/generations?dryRun=true", body);
        var answer = await api.SubmitAsync(body);
        var (id, work) = await watcher.TakeAsync();

        CodeOf(await dryRun.Content.ReadFromJsonAsync<JsonElement>()).ShouldBe("nothing_to_vary");
        CodeOf(answer).ShouldBe("nothing_to_vary");
        CodeOf(await api.GetAsync(id)).ShouldBe("nothing_to_vary");
        work.Warnings.ShouldHaveSingleItem().Code.ShouldBe(GenerationWarningCodes.NothingToVary);

        static string? CodeOf(JsonElement answer) => answer.GetProperty("warnings").EnumerateArray().ShouldHaveSingleItem().GetProperty("code").GetString();
    }

    [Fact]
    public async Task Prompt_OfOne_WithoutASeed_IsNotWarnedOf()
    {
        await using var api = await StartApiAsync();

        (await api.SubmitAsync(new { workflow = Workflow("[\"8\", 0]") })).TryGetProperty("warnings", out _).ShouldBeFalse();
    }

    private static JsonNode Workflow(string seed) => JsonNode.Parse($$$"""
        {"3": {"class_type": "KSampler", "inputs": {"seed": {{{seed}}}, "steps": 1} },
         "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0]} },
         "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "r"} } }
        """)!;

    public sealed class OnSqlite() : SeedTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : SeedTests(server);
}
