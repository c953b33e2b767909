using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.GenerationApi.Tests.Uploads;

/// <summary>Case 30: people also give an address or base64 in the input itself.</summary>
public abstract class InputSourceTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    private static readonly byte[] Picture = Pictures.Png(16, 16);

    [Theory]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:application/octet-stream;base64,")]
    [InlineData("")]
    public async Task File_InTheInputItself_BecomesAnUpload(string prefix)
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();

        await api.SubmitAsync(Submission(prefix + Convert.ToBase64String(Picture)));
        var (id, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);
        (await api.Client.PostAsync($"/api/generations/{id}/requeue", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var (_, again) = await watcher.TakeAsync();

        var file = work.InputFiles.ShouldHaveSingleItem();
        file.Name.ShouldEndWith(".png");
        work.Workflow.GetProperty("1").GetProperty("inputs").GetProperty("image").GetString().ShouldBe(file.Name);
        (await ReadAsync(file.Url, work.UploadToken)).ShouldBe(HttpStatusCode.Conflict); // its attempt has ended
        again.InputFiles.ShouldHaveSingleItem().Name.ShouldBe(file.Name);
    }

    [Fact]
    public async Task File_AtAnAddress_IsFetched_AlsoBehindARedirect()
    {
        await using var site = await Site.StartAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Webhooks:AllowPrivateAddresses"] = "true" }, watcher);
        await watcher.StartAsync();

        await api.SubmitAsync(Submission(site.Url + "/moved?key=secret"));
        var (_, work) = await watcher.TakeAsync();

        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", work.UploadToken);
        (await client.GetByteArrayAsync(work.InputFiles.ShouldHaveSingleItem().Url)).ShouldBe(Picture);
    }

    [Fact]
    public async Task Address_InATemplatesParameter_IsFetchedToo_AndTheHistoryNamesTheUpload()
    {
        await using var site = await Site.StartAsync();
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Webhooks:AllowPrivateAddresses"] = "true" });

        var answer = await api.SubmitAsync(new { template = "img2img", parameters = new { prompt = "x", image = site.Url + "/picture" } });

        (await api.GetAsync(answer.GetProperty("id").GetGuid())).GetProperty("parameters").GetProperty("image").GetString()!.ShouldStartWith("upload-");
    }

    [Theory]
    [InlineData("/missing", "404")]
    [InlineData("/page", "text/html")]
    [InlineData("/large", "larger than")]
    [InlineData("/endless", "larger than")]
    [InlineData("/circle", "redirects")]
    [InlineData("/silent", "seconds")]
    public async Task File_ThatCannotBeHad_IsNamedWithTheReason(string path, string reason)
    {
        await using var site = await Site.StartAsync();
        await using var api = await StartApiAsync(new Dictionary<string, string?>
        {
            ["Webhooks:AllowPrivateAddresses"] = "true", ["Storage:MaxUploadBytes"] = "65536", ["Submit:FetchTimeout"] = "00:00:02",
        });

        var error = await RefusalAsync(api, Submission(site.Url + path + "?key=secret"));

        (error.GetProperty("code").GetString(), error.GetProperty("nodeId").GetString(), error.GetProperty("nodeType").GetString(), error.GetProperty("input").GetString())
            .ShouldBe(("unusable_input", "1", "LoadImage", "image"));
        error.GetProperty("message").GetString()!.ShouldContain(reason);
        error.GetProperty("message").GetString()!.ShouldContain(path);
        error.ToString().ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("http://example.com/a.png", "https://")]
    [InlineData("https://127.0.0.1/a.png", "private, loopback")]
    [InlineData("https://[::ffff:10.0.0.1]/a.png", "private, loopback")]
    [InlineData("https://user:pass@example.com/a.png", "user name")]
    [InlineData("data:image/png,abc", "base64")]
    [InlineData("data:image/png;base64,!!", "base64")]
    [InlineData("data:image/png;base64,PGh0bWw+PHNjcmlwdD48L3NjcmlwdD48L2h0bWw+", "text/html")]
    public async Task File_ThatMayNotBe_IsRefused(string value, string reason)
    {
        await using var api = await StartApiAsync();

        (await RefusalAsync(api, Submission(value))).GetProperty("message").GetString()!.ShouldContain(reason);
    }

    [Fact]
    public async Task DryRun_FetchesAndKeepsNothing()
    {
        await using var site = await Site.StartAsync();
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Webhooks:AllowPrivateAddresses"] = "true" });

        using var byAddress = await api.Client.PostAsJsonAsync("/api/generations?dryRun=true", Submission(site.Url + "/picture"));
        using var byValue = await api.Client.PostAsJsonAsync("/api/generations?dryRun=true", Submission("data:image/png;base64," + Convert.ToBase64String(Picture)));

        (byAddress.StatusCode, byValue.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        site.Requests.ShouldBe(0);
        Directory.Exists(Path.Combine(api.Folder, "uploads")).ShouldBeFalse();
    }

    [Fact]
    public async Task Address_InAText_IsAText()
    {
        await using var api = await StartApiAsync();
        var workflow = new Dictionary<string, object> { ["1"] = new { class_type = "CLIPTextEncode", inputs = new { text = "https://127.0.0.1/x" } } };

        await api.SubmitAsync(new { workflow });
    }

    private static object Submission(string image) => new
    {
        workflow = new Dictionary<string, object>
        {
            ["1"] = new { class_type = "LoadImage", inputs = new { image } },
            ["2"] = new { class_type = "SaveImage", inputs = new { images = new object[] { "1", 0 }, filename_prefix = "r" } },
        },
    };

    private static async Task<JsonElement> RefusalAsync(ApiHost api, object body)
    {
        using var response = await api.Client.PostAsJsonAsync("/api/generations", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
    }

    private static async Task<HttpStatusCode> ReadAsync(string url, string token)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var response = await client.GetAsync(url);
        return response.StatusCode;
    }

    /// <summary>A site of a stranger.</summary>
    private sealed class Site(WebApplication app, string url) : IAsyncDisposable
    {
        private int _requests;

        public string Url => url;

        public int Requests => _requests;

        public static async Task<Site> StartAsync()
        {
            var url = $"http://127.0.0.1:{FreePorts.Take()}";
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls(url);
            var app = builder.Build();
            var site = new Site(app, url);
            app.Use((context, next) =>
            {
                Interlocked.Increment(ref site._requests);
                return next(context);
            });
            app.MapGet("/picture", () => Results.Bytes(Picture, "text/plain"));
            app.MapGet("/moved", () => Results.Redirect("/picture"));
            app.MapGet("/circle", () => Results.Redirect("/circle"));
            app.MapGet("/page", () => Results.Content("<!doctype html><title>Log in</title>", "image/png"));
            app.MapGet("/large", () => Results.Bytes([.. Picture, .. new byte[100_000]]));
            app.MapGet("/endless", async (HttpContext context) =>
            {
                await context.Response.Body.WriteAsync(Picture);
                for (var i = 0; i < 1000; i++)
                    await context.Response.Body.WriteAsync(new byte[10_000], context.RequestAborted);
            });
            app.MapGet("/silent", async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted));
            await app.StartAsync();
            return site;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }

    public sealed class OnSqlite() : InputSourceTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : InputSourceTests(server);
}
