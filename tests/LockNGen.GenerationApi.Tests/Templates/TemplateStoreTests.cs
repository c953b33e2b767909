using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Templates;

public abstract class TemplateStoreTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    public sealed class OnSqlite() : TemplateStoreTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : TemplateStoreTests(server);

    [Fact]
    public async Task Template_Saved_IsListedSubmittedAndRecordedWithItsVersion()
    {
        await using var api = await StartApiAsync();
        using var created = await api.Client.PostAsJsonAsync("/api/templates", Body("My castle", "a castle"));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);

        var first = await api.SubmitAsync(new { template = "My-castle" });
        using var changed = await api.Client.PutAsJsonAsync("/api/templates/My-castle", Body("My castle", "a tower"));
        var second = await api.SubmitAsync(new { template = "My-castle" });
        var old = await api.SubmitAsync(new { template = "My-castle", templateVersion = 1 });

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PromptAsync(api, first), await PromptAsync(api, second), await PromptAsync(api, old)).ShouldBe((("a castle", 1), ("a tower", 2), ("a castle", 1)));
        var listed = await api.Client.GetFromJsonAsync<JsonElement>("/api/templates");
        listed.GetProperty("templates").EnumerateArray().Select(t => t.GetProperty("name").GetString()).ShouldBe(["img2img", "inpaint", "txt2img", "My-castle"]);
    }

    [Fact]
    public async Task Template_Deleted_IsGoneButWhatUsedItIsRepeated()
    {
        await using var api = await StartApiAsync();
        using var created = await api.Client.PostAsJsonAsync("/api/templates", Body("Tower", "a tower"));
        var id = (await api.SubmitAsync(new { template = "Tower" })).GetProperty("id").GetGuid();
        using var cancelled = await api.Client.PostAsync($"/api/generations/{id}/cancel", null);

        using var deleted = await api.Client.DeleteAsync("/api/templates/Tower");
        using var submitted = await api.Client.PostAsJsonAsync("/api/generations", new { template = "Tower" });
        using var again = await api.Client.PostAsync($"/api/generations/{id}/requeue", null);

        (deleted.StatusCode, submitted.StatusCode, again.StatusCode).ShouldBe((HttpStatusCode.NoContent, HttpStatusCode.BadRequest, HttpStatusCode.Accepted));
        (await api.Client.GetAsync("/api/templates/Tower")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Template_Exported_IsTakenElsewhere()
    {
        await using var api = await StartApiAsync();
        using var created = await api.Client.PostAsJsonAsync("/api/templates", Body("Castle", "a castle"));
        using var file = await api.Client.GetAsync("/api/templates/Castle?download=true");
        file.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        await using var other = await StartApiAsync();

        using var taken = await other.Client.PostAsync("/api/templates", new StringContent(await file.Content.ReadAsStringAsync()));

        taken.StatusCode.ShouldBe(HttpStatusCode.Created, await taken.Content.ReadAsStringAsync());
        await other.SubmitAsync(new { template = "Castle", parameters = new { prompt = "x" } });
    }

    [Fact]
    public async Task Template_OfSomeoneElse_IsNeitherSeenNorChangedUnlessPublished()
    {
        await using var api = await StartApiAsync(new Dictionary<string, string?>(Tokens.Settings) { ["Templates:MaxPerOwner"] = "1" });
        (await SendAsync(api, HttpMethod.Post, "", "ann", Body("Own", "x"))).ShouldBe(HttpStatusCode.Created);

        (await SendAsync(api, HttpMethod.Get, "/Own", "bob")).ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(api, HttpMethod.Put, "/Own", "bob", Body("Own", "y"))).ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(api, HttpMethod.Put, "/Own", "ann", Body("Own", "x", "everyone"))).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(api, HttpMethod.Put, "/Own", "root", Body("Own", "x", "everyone"), "generations:admin")).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(api, HttpMethod.Get, "/Own", "bob")).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(api, HttpMethod.Delete, "/Own", "bob")).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(api, HttpMethod.Post, "", "ann", Body("Second", "x"))).ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("txt2img", HttpStatusCode.Conflict, "name_taken")]
    [InlineData("no spaces allowed", HttpStatusCode.BadRequest, "name")]
    public async Task Template_WithANameThatCannotBeHad_IsRefused(string name, HttpStatusCode status, string reason)
    {
        await using var api = await StartApiAsync();

        using var response = await api.Client.PostAsJsonAsync("/api/templates", Body("x", "x", name: name));

        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain(reason);
    }

    [Fact]
    public async Task Template_WithWrongParameters_SaysAllThatIsWrong()
    {
        await using var api = await StartApiAsync();

        using var response = await api.Client.PostAsJsonAsync("/api/templates", new
        {
            title = "x",
            workflow = Workflow(),
            parameters = new object[] { new { name = "a", type = "colour", targets = new[] { new { node = "6", input = "text" } } }, new { name = "b", type = "text", targets = new[] { new { node = "99", input = "text" } } } },
        });

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()).ShouldBe(["parameters[0].type", "parameters[1].targets"]);
    }

    internal static async Task<(string?, int)> PromptAsync(ApiHost api, JsonElement submitted)
    {
        var generation = await api.GetAsync(submitted.GetProperty("id").GetGuid());
        return (generation.GetProperty("parameters").GetProperty("prompt").GetString(), generation.GetProperty("templateVersion").GetInt32());
    }

    private static async Task<HttpStatusCode> SendAsync(ApiHost api, HttpMethod method, string path, string user, object? body = null, string? scope = null)
    {
        using var request = new HttpRequestMessage(method, "/api/templates" + path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Of(user, scope ?? ""));
        using var response = await api.Client.SendAsync(request);
        return response.StatusCode;
    }

    internal static object Body(string title, string prompt, string visibility = "private", string? name = null) => new
    {
        name,
        title,
        visibility,
        workflow = Workflow(),
        parameters = new[] { new { name = "prompt", type = "text", @default = prompt, targets = new[] { new { node = "6", input = "text" } } } },
    };

    private static Dictionary<string, object> Workflow() => new Dictionary<string, object>
    {
        ["6"] = new { class_type = "CLIPTextEncode", inputs = new { text = "" } },
        ["9"] = new { class_type = "SaveImage", inputs = new { images = new object[] { "6", 0 }, filename_prefix = "x" } },
    };
}
