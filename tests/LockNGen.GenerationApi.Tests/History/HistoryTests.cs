using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.History;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LockNGen.GenerationApi.Tests.History;

public abstract class HistoryTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task List_IsPagedByCursor_AndFiltered()
    {
        await using var api = await StartApiAsync();
        var ids = new List<Guid>();
        foreach (var prompt in new[] { "a red cat", "a blue dog", "A Red fox" })
            ids.Add(await api.SubmitTextAsync(prompt: prompt, session: prompt.Contains("dog", StringComparison.Ordinal) ? "you" : "me"));
        (await api.Client.PostAsync($"/api/generations/{ids[0]}/cancel", null)).EnsureSuccessStatusCode();

        var first = await ListAsync(api, "?limit=2");
        Ids(first).ShouldBe([ids[2], ids[1]]);
        var second = await ListAsync(api, "?limit=2&cursor=" + first.GetProperty("nextCursor").GetString());
        Ids(second).ShouldBe([ids[0]]);
        second.TryGetProperty("nextCursor", out _).ShouldBeFalse();
        Ids(await ListAsync(api, "?q=red")).ShouldBe([ids[2], ids[0]]);
        Ids(await ListAsync(api, "?status=cancelled")).ShouldBe([ids[0]]);
        Ids(await ListAsync(api, "?status=active&owner=you")).ShouldBe([ids[1]]);
        Ids(await ListAsync(api, "?to=2020-01-01T00:00:00Z")).ShouldBeEmpty();
        (await api.Client.GetAsync("/api/generations?q=%00")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Delete_OfAnEndedGeneration_ErasesItAndItsImages()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);
        var image = $"/api/generations/{id}/images/1";

        using var deleted = await api.Client.DeleteAsync($"/api/generations/{id}");

        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await api.Client.GetAsync($"/api/generations/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.Client.GetAsync(image)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_OfAWaitingGeneration_CancelsIt()
    {
        await using var api = await StartApiAsync();
        var id = await api.SubmitTextAsync();

        using var response = await api.Client.DeleteAsync($"/api/generations/{id}");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await api.GetAsync(id)).GetProperty("status").GetString().ShouldBe("cancelled");
    }

    [Fact]
    public async Task Requeue_SubmitsTheSameUnderANewId()
    {
        await using var api = await StartApiAsync();
        var id = await api.SubmitTextAsync(count: 3);

        using var response = await api.Client.PostAsync($"/api/generations/{id}/requeue", null);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var again = await api.GetAsync((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());
        again.GetProperty("id").GetGuid().ShouldNotBe(id);
        (again.GetProperty("count").GetInt32(), again.GetProperty("seed").GetInt64()).ShouldBe((3, 7));
        again.GetProperty("parameters").GetProperty("prompt").GetString().ShouldBe("a lighthouse");
    }

    [Fact]
    public async Task Image_IsServedWithTagRangeAndThumbnail()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        (await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(300, 200), token: "wrong")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(300, 200))).EnsureSuccessStatusCode();
        var repeated = await (await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(300, 200))).Content.ReadFromJsonAsync<JsonElement>();
        repeated.GetProperty("index").GetInt32().ShouldBe(1);
        var address = $"/api/generations/{id}/images/1";

        using var whole = await api.Client.GetAsync(address);
        using var unchanged = new HttpRequestMessage(HttpMethod.Get, address);
        unchanged.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
        using var part = new HttpRequestMessage(HttpMethod.Get, address);
        part.Headers.Range = new RangeHeaderValue(0, 7);

        (await api.Client.SendAsync(unchanged)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var partial = await api.Client.SendAsync(part);
        partial.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await partial.Content.ReadAsByteArrayAsync()).ShouldBe([0x89, .. "PNG\r\n"u8, 0x1A, 0x0A]);
        using var thumbnail = SkiaSharp.SKBitmap.Decode(await api.Client.GetByteArrayAsync(address + "?size=64"));
        (thumbnail.Width, thumbnail.Height, thumbnail.GetPixel(0, 0).Red).ShouldBe((64, 43, (byte)128));
    }

    [Fact]
    public async Task Retention_ErasesWhatIsOldEnough()
    {
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Storage:KeepHistory"] = "00:01:00" });
        var (old, active) = (await api.SubmitTextAsync(), await api.SubmitTextAsync());
        (await api.Client.PostAsync($"/api/generations/{old}/cancel", null)).EnsureSuccessStatusCode();
        var database = api.Services.GetRequiredService<GenerationApi.Storage.GenerationsDatabase>();
        await database.WriteAsync(
            session => session.ExecuteAsync("UPDATE generations SET created_at = created_at - 3600000, ended_at = ended_at - 3600000"), CancellationToken.None);

        await api.Services.GetServices<IHostedService>().OfType<Retention>().Single().RunAsync(CancellationToken.None);

        (await api.Client.GetAsync($"/api/generations/{old}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.Client.GetAsync($"/api/generations/{active}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Retention_OfImages_ErasesTheirFilesAndKeepsTheHistory()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Storage:KeepImages"] = "00:10:00" }, watcher);
        await watcher.StartAsync();
        var (old, recent) = (await CompleteAsync(api, watcher), await CompleteAsync(api, watcher));
        (await api.Client.GetAsync($"/api/generations/{old}/images/1?size=32")).EnsureSuccessStatusCode();
        var files = Directory.GetFiles(api.Folder, "*.png", SearchOption.AllDirectories);
        files.Length.ShouldBe(3);
        var database = api.Services.GetRequiredService<GenerationApi.Storage.GenerationsDatabase>();
        await database.WriteAsync(
            session => session.ExecuteAsync("UPDATE generations SET ended_at = ended_at - 3600000 WHERE id = @old", new { old }), CancellationToken.None);

        await api.Services.GetServices<IHostedService>().OfType<Retention>().Single().RunAsync(CancellationToken.None);

        Directory.GetFiles(api.Folder, "*.png", SearchOption.AllDirectories).ShouldHaveSingleItem().ShouldContain(recent.ToString());
        (await api.Client.GetAsync($"/api/generations/{old}/images/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.Client.GetAsync($"/api/generations/{recent}/images/1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync(old)).GetProperty("status").GetString().ShouldBe("completed");
    }

    private static async Task<Guid> CompleteAsync(ApiHost api, FakeWatcher watcher)
    {
        await api.SubmitTextAsync();
        var (id, work) = await watcher.TakeAsync();
        (await watcher.CompleteAsync(id, work)).ShouldBe(Contracts.OutcomeVerdict.Publish);
        return id;
    }

    private static Task<JsonElement> ListAsync(ApiHost api, string query) => api.Client.GetFromJsonAsync<JsonElement>("/api/generations" + query);

    private static IEnumerable<Guid> Ids(JsonElement list) => list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid());

    public sealed class OnSqlite() : HistoryTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : HistoryTests(server);
}
