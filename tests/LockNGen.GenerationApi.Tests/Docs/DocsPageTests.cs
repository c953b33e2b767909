using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Docs;

/// <summary>The API's description as people read it; tests/LockNGen.EndToEndTests opens the page in a browser.</summary>
public sealed partial class DocsPageTests
{
    [Fact]
    public async Task Page_BringsItsScriptAlong_AndAllowsNoOtherServer()
    {
        await using var api = await ApiHost.StartAsync();

        using var answer = await api.Client.GetAsync("/docs/");
        var page = await answer.Content.ReadAsStringAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.ShouldContain("LockN Gen API");
        page.ShouldContain("openapi/v1.json");
        page.ShouldNotContain("webhooks/openapi.json");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'self'");
        policy.ShouldNotContain("http");
        var scripts = Source().Matches(page).Select(m => m.Groups[1].Value).ToList();
        scripts.ShouldNotBeEmpty();
        foreach (var script in scripts)
        {
            script.ShouldNotContain("//");
            using var file = await api.Client.GetAsync(new Uri(answer.RequestMessage!.RequestUri!, script));
            file.StatusCode.ShouldBe(HttpStatusCode.OK, script);
            file.Content.Headers.ContentType!.MediaType!.ShouldContain("javascript");
        }
    }

    [Fact]
    public async Task Page_WhereThereIsANotifier_ListsItsDocumentToo()
    {
        await using var api = await ApiHost.StartAsync(settings: new Dictionary<string, string?> { ["GenerationApi:WebhooksDocument"] = "true" });

        var page = await api.Client.GetStringAsync("/docs/");

        page.ShouldContain("openapi/v1.json");
        page.ShouldContain("api/webhooks/openapi.json");
    }

    [Fact]
    public async Task Page_SwitchedOff_IsNotThere()
    {
        await using var api = await ApiHost.StartAsync(settings: new Dictionary<string, string?> { ["GenerationApi:DocsPage"] = "false" });

        using var page = await api.Client.GetAsync("/docs/");
        using var document = await api.Client.GetAsync("/openapi/v1.json");

        page.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        document.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Document_IsNamedByUs_AndSaysWhatEveryOperationDoes()
    {
        await using var api = await ApiHost.StartAsync();

        var document = await api.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var info = document.GetProperty("info");
        info.GetProperty("title").GetString().ShouldBe("LockN Gen API");
        info.GetProperty("description").GetString()!.ShouldContain("generations");
        document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token").GetProperty("scheme").GetString().ShouldBe("bearer");
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToList();
        operations.Count.ShouldBeGreaterThan(20);
        operations.ShouldAllBe(operation => operation.Value.GetProperty("summary").GetString()!.Length > 5);
    }

    [GeneratedRegex("""<script[^>]*\ssrc="([^"]+)""")]
    private static partial Regex Source();
}
