using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Templates;

/// <summary>Templates of one database, at two replicas and before and after an upgrade.</summary>
[Trait("Category", "Integration")]
public sealed class SharedTemplateTests(PostgreSqlFixture server)
{
    [Fact]
    public async Task Template_SavedAtOneReplica_IsSeenChangedAndDeletedAtAnotherAtOnce()
    {
        var database = await server.CreateDatabaseAsync();
        await using var first = await ApiHost.StartAsync(database);
        await using var second = await ApiHost.StartAsync(database);

        using var created = await first.Client.PostAsJsonAsync("/api/templates", TemplateStoreTests.Body("Castle", "a castle"));
        var before = await second.SubmitAsync(new { template = "Castle" });
        using var changed = await second.Client.PutAsJsonAsync("/api/templates/Castle", TemplateStoreTests.Body("Castle", "a tower"));
        var after = await first.SubmitAsync(new { template = "Castle" });
        using var deleted = await first.Client.DeleteAsync("/api/templates/Castle");
        using var gone = await second.Client.GetAsync("/api/templates/Castle");

        (created.StatusCode, changed.StatusCode, deleted.StatusCode, gone.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NotFound));
        (await TemplateStoreTests.PromptAsync(first, before), await TemplateStoreTests.PromptAsync(second, after)).ShouldBe((("a castle", 1), ("a tower", 2)));
    }

    [Fact]
    public async Task Template_SavedBeforeAFileHadItsName_StaysItsOwners()
    {
        var database = await server.CreateDatabaseAsync();
        await using (var before = await ApiHost.StartAsync(database))
            (await before.Client.PostAsJsonAsync("/api/templates", TemplateStoreTests.Body("Castle", "a castle"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        var folder = Directory.CreateTempSubdirectory("lockngen-templates-");
        var shipped = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Templates", "txt2img.json"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Castle.json"), shipped.Replace("\"name\": \"txt2img\"", "\"name\": \"Castle\"", StringComparison.Ordinal));
        await using var after = await ApiHost.StartAsync(database, settings: new Dictionary<string, string?> { ["GenerationApi:TemplatesPath"] = folder.FullName });

        (await TemplateStoreTests.PromptAsync(after, await after.SubmitAsync(new { template = "Castle" }))).ShouldBe(("a castle", 1));
        (await after.Client.PutAsJsonAsync("/api/templates/Castle", TemplateStoreTests.Body("Castle", "a tower"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await after.Client.DeleteAsync("/api/templates/Castle")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await after.Client.GetFromJsonAsync<JsonElement>("/api/templates/Castle")).GetProperty("title").GetString().ShouldBe("Text to image");
        (await after.Client.DeleteAsync("/api/templates/Castle")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        folder.Delete(recursive: true);
    }
}
