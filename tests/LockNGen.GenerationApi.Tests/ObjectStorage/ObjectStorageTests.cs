using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.History;
using LockNGen.GenerationApi.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LockNGen.GenerationApi.Tests.ObjectStorage;

/// <summary>The API with its files in a bucket.</summary>
[Trait("Category", "Integration")]
public sealed class ObjectStorageTests
{
    private static readonly byte[] Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Result_InABucket_IsHandedOutAsFromADisk()
    {
        await using var s3 = await S3Server.StartAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(settings: s3.Settings(), watchers: [watcher]);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        var picture = Pictures.Png(640, 480);

        (await FakeWatcher.UploadAsync(work, 1, 1, picture)).EnsureSuccessStatusCode();

        (await s3.KeysAsync()).ShouldBe([$"lockngen/images/{id.ToString()[..2]}/{id}/1-1-1.png"]);
        Directory.Exists(Path.Combine(api.Folder, "images")).ShouldBeFalse();
        using var whole = await api.Client.GetAsync($"/api/generations/{id}/images/1", Token);
        (await whole.Content.ReadAsByteArrayAsync(Token)).ShouldBe(picture);
        whole.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/generations/{id}/images/1");
        request.Headers.Range = new RangeHeaderValue(100, 199);
        using var part = await api.Client.SendAsync(request, Token);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync(Token)).ShouldBe(picture[100..200]);
        using var small = await api.Client.GetAsync($"/api/generations/{id}/images/1?size=64", Token);
        small.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await s3.KeysAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Replicas_WithoutASharedVolume_HaveTheSameFiles()
    {
        await using var s3 = await S3Server.StartAsync();
        var database = "Data Source=" + Path.Combine(Directory.CreateTempSubdirectory("lockngen-s3-db-").FullName, "generations.db");
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var first = await ApiHost.StartAsync(database, settings: s3.Settings(), watchers: [watcher]);
        await watcher.StartAsync();
        var id = await first.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);

        await using var second = await ApiHost.StartAsync(database, settings: s3.Settings());

        (await second.Client.GetByteArrayAsync($"/api/generations/{id}/images/1", Token)).ShouldBe(Pictures.Png(64, 48));
    }

    [Fact]
    public async Task Download_WithRedirects_IsTheBucketsUnderOurTypeAndName()
    {
        await using var s3 = await S3Server.StartAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(settings: s3.Settings(("Storage:S3:Redirect", "true")), watchers: [watcher]);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        (await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(64, 48), files: 2, query: "&filename=a%20picture.png")).EnsureSuccessStatusCode();
        (await FakeWatcher.UploadAsync(work, 1, 2, Svg, files: 2, query: "&filename=drawing.svg")).EnsureSuccessStatusCode();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = api.Client.BaseAddress };

        using var picture = await client.GetAsync($"/api/generations/{id}/images/1", Token);
        using var drawing = await client.GetAsync($"/api/generations/{id}/images/2", Token);

        (picture.StatusCode, picture.Headers.CacheControl!.NoStore).ShouldBe((HttpStatusCode.Redirect, true));
        picture.Headers.Location!.AbsoluteUri.ShouldStartWith(s3.Url);
        using var bytes = await client.GetAsync(picture.Headers.Location, Token);
        (await bytes.Content.ReadAsByteArrayAsync(Token)).ShouldBe(Pictures.Png(64, 48));
        (bytes.Content.Headers.ContentType!.MediaType, bytes.Content.Headers.ContentDisposition!.ToString()).ShouldBe(("image/png", "inline; filename=\"a picture.png\"; filename*=UTF-8''a%20picture.png"));
        // What a browser might run is to be stored, there as here.
        using var stored = await client.GetAsync(drawing.Headers.Location, Token);
        stored.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        // And without our overrides it is nothing in particular.
        using var bare = await s3.Client.GetObjectAsync(s3.Bucket, (await s3.KeysAsync()).Single(k => k.Contains("1-2-1", StringComparison.Ordinal)), Token);
        bare.Headers.ContentType.ShouldBe("application/octet-stream");
        // Thumbnails are read here.
        using var small = await client.GetAsync($"/api/generations/{id}/images/1?size=32", Token);
        small.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Download_OfAnObjectThatIsLost_SaysSo(string redirect)
    {
        await using var s3 = await S3Server.StartAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(settings: s3.Settings(("Storage:S3:Redirect", redirect)), watchers: [watcher]);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);
        await s3.Client.DeleteObjectAsync(s3.Bucket, (await s3.KeysAsync()).Single(), Token);

        using var answer = await api.Client.GetAsync($"/api/generations/{id}/images/1", Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("detail").GetString().ShouldBe("The file of image 1 is no longer kept.");
    }

    [Fact]
    public async Task Outage_StopsNoSubmissionAndNoRenderAndLosesNoPicture()
    {
        Assert.SkipUnless(S3Server.IsOurs, "The server of S3_URL is not ours to stop.");
        await using var s3 = await S3Server.StartAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(settings: s3.Settings(), watchers: [watcher]);
        await watcher.StartAsync();
        await s3.GoAwayAsync();

        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        using var refused = await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(64, 48));
        using var ready = await api.Client.GetAsync("/health/ready", Token);

        (refused.StatusCode, refused.Headers.RetryAfter!.ToString()).ShouldBe((HttpStatusCode.ServiceUnavailable, "5"));
        (await refused.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("code").GetString().ShouldBe("storage_unavailable");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ready.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("checks").GetProperty("storage").GetProperty("status").GetString().ShouldBe("Degraded");

        await s3.ComeBackAsync();
        (await watcher.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);
        (await api.Client.GetByteArrayAsync($"/api/generations/{id}/images/1", Token)).ShouldBe(Pictures.Png(64, 48));
    }

    [Fact]
    public async Task Erasure_DuringAnOutage_TakesTheFilesAfterIt()
    {
        Assert.SkipUnless(S3Server.IsOurs, "The server of S3_URL is not ours to stop.");
        await using var s3 = await S3Server.StartAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(settings: s3.Settings(), watchers: [watcher]);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);
        await s3.GoAwayAsync();

        using var answer = await api.Client.DeleteAsync($"/api/generations/{id}", Token);
        await s3.ComeBackAsync();
        var before = await s3.KeysAsync();
        await api.Services.GetServices<IHostedService>().OfType<Retention>().Single().RunAsync(Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        before.Count.ShouldBe(1);
        (await s3.KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bucket_ThatDoesNotExist_IsNotReady()
    {
        await using var s3 = await S3Server.StartAsync();
        await using var api = await ApiHost.StartAsync(settings: s3.Settings(("Storage:S3:Bucket", "no-such-bucket")).ToDictionary(s => s.Key, s => s.Key == "Storage:S3:Bucket" ? "no-such-bucket" : s.Value));

        using var ready = await api.Client.GetAsync("/health/ready", Token);

        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync(Token)).ShouldContain("NoSuchBucket");
    }

    [Fact]
    public async Task Upload_InABucket_IsReadByTheWatcher()
    {
        await using var s3 = await S3Server.StartAsync();
        await using var api = await ApiHost.StartAsync(settings: s3.Settings());
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Png(32, 32)), "file", "a.png" } };

        using var answer = await api.Client.PostAsync("/api/uploads", form, Token);
        using var again = await api.Client.PostAsync("/api/uploads", new MultipartFormDataContent { { new ByteArrayContent(Pictures.Png(32, 32)), "file", "b.png" } }, Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var name = (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("name").GetString();
        // The second copy of the same bytes is not kept.
        (await s3.KeysAsync()).ShouldBe([$"lockngen/uploads/{name}"]);
    }
}
