using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Uploads;

/// <summary>Case 30: workflows read more than pictures.</summary>
public abstract class UploadTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Theory]
    [InlineData("wav", "audio/wav", "524946462400000057415645666D7420100000000100010044AC000088580100020010006461746100000000")]
    [InlineData("mp3", "audio/mpeg", "49443303000000000000FFFB90640000000000000000000000000000")]
    [InlineData("flac", "audio/flac", "664C614300000022100010000000000000000AC440F00000000000000000000000000000000000000000000000")]
    [InlineData("mp4", "video/mp4", "0000001866747970697336D00000000069736F6D000000086D646174")]
    [InlineData("webm", "video/webm", "1A45DFA39F4286810142F7810142F2810442F381084282847765626D42878104428581021853806700000000")]
    [InlineData("glb", "model/gltf-binary", "676C5446020000001C000000080000004A534F4E7B7D202020202020")]
    public async Task File_OfEachKind_IsTakenByItsContent(string extension, string contentType, string hex)
    {
        await using var api = await StartApiAsync();

        // Case 30 sends a sound in the field that is called image, and the name that the client gives it does not matter.
        var (status, answer) = await UploadAsync(api, Convert.FromHexString(hex), field: "image", name: "x.png");

        status.ShouldBe(HttpStatusCode.Created, answer.ToString());
        answer.GetProperty("name").GetString()!.ShouldMatch($"^upload-[0-9a-f]{{32}}\\.{extension}$");
        answer.GetProperty("contentType").GetString().ShouldBe(contentType);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")]
    [InlineData("<!doctype html><script>alert(1)</script>")]
    [InlineData("%PDF-1.7 ")]
    public async Task File_ThatABrowserMightRun_IsRefused(string content)
    {
        await using var api = await StartApiAsync();

        var (status, answer) = await UploadAsync(api, Encoding.UTF8.GetBytes(content));

        status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        answer.GetProperty("detail").GetString()!.ShouldContain("WAV");
    }

    [Fact]
    public async Task Bytes_SentTwice_AreKeptOnce_AndHeadReportsThem_ButNotToOthers()
    {
        await using var api = await StartApiAsync();
        var picture = Pictures.Png(16, 16);
        var hash = Convert.ToHexStringLower(SHA256.HashData(picture));

        var (_, first) = await UploadAsync(api, picture, session: "alice");
        var (_, second) = await UploadAsync(api, picture, session: "alice", field: "image");
        var mine = await HeadAsync(api, hash.ToUpperInvariant(), "alice");
        var somebodyElses = await HeadAsync(api, hash, "bob");
        var nobodys = await HeadAsync(api, new string('0', 64), "alice");
        var (_, bobs) = await UploadAsync(api, picture, session: "bob");

        second.GetProperty("name").GetString().ShouldBe(first.GetProperty("name").GetString());
        first.GetProperty("hash").GetString().ShouldBe(hash);
        Directory.EnumerateFiles(Path.Combine(api.Folder, "uploads")).Count().ShouldBe(2);
        bobs.GetProperty("name").GetString().ShouldNotBe(first.GetProperty("name").GetString());
        mine.StatusCode.ShouldBe(HttpStatusCode.OK);
        mine.Headers.GetValues("Upload-Name").ShouldBe([first.GetProperty("name").GetString()]);
        (somebodyElses.StatusCode, nobodys.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        somebodyElses.Headers.Select(h => h.Key).ShouldBe(nobodys.Headers.Select(h => h.Key), ignoreOrder: true);
    }

    [Fact]
    public async Task Quota_OfAnOwner_IsHisAlone_AndWhatIsRefusedIsNotKept()
    {
        var size = Pictures.Png(64, 64).Length;
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Storage:UploadQuota"] = $"{size + 10}" });

        var (first, _) = await UploadAsync(api, Pictures.Png(64, 64), session: "alice");
        var (again, _) = await UploadAsync(api, Pictures.Png(64, 64), session: "alice");
        var (second, problem) = await UploadAsync(api, Pictures.Png(64, 65), session: "alice");
        var (other, _) = await UploadAsync(api, Pictures.Png(64, 65), session: "bob");

        (first, again, second, other).ShouldBe((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.Created));
        problem.GetProperty("code").GetString().ShouldBe("quota_exceeded");
        Directory.EnumerateFiles(Path.Combine(api.Folder, "uploads")).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Disk_WithLessRoomThanTheFloor_TakesNoUploads_AndReadinessSaysSo()
    {
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Storage:MinFreeBytes"] = $"{long.MaxValue}" });

        var (status, problem) = await UploadAsync(api, Pictures.Png(8, 8));
        using var ready = await api.Client.GetAsync("/health/ready");

        status.ShouldBe(HttpStatusCode.InsufficientStorage);
        problem.GetProperty("code").GetString().ShouldBe("storage_full");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").GetProperty("storage").GetProperty("status").GetString().ShouldBe("Degraded");
    }

    [Fact]
    public async Task Folder_ThatCannotBeWritten_IsNotReady()
    {
        await using var api = await StartApiAsync();
        // Where the check's folder would be, there is a file.
        await File.WriteAllTextAsync(Path.Combine(api.Folder, "health"), "");

        using var ready = await api.Client.GetAsync("/health/ready");

        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("upload-0123456789abcdef0123456789abcdef.png [input]", HttpStatusCode.BadRequest)]
    [InlineData("upload-mine.png", HttpStatusCode.Accepted)]
    [InlineData("my-upload-0123456789abcdef0123456789abcdef.png", HttpStatusCode.Accepted)]
    public async Task Names_OfTheExactFormOnly_AreThoseOfUploads(string name, HttpStatusCode expected)
    {
        await using var api = await StartApiAsync();
        var workflow = new Dictionary<string, object> { ["1"] = new { class_type = "LoadImage", inputs = new { image = name } } };

        using var response = await api.Client.PostAsJsonAsync("/api/generations", new { workflow });

        response.StatusCode.ShouldBe(expected);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> UploadAsync(
        ApiHost api, byte[] bytes, string? session = null, string field = "file", string name = "mine.bin")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), field, name } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = form };
        if (session is not null)
            request.Headers.Add("X-Session-Id", session);
        using var response = await api.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<HttpResponseMessage> HeadAsync(ApiHost api, string hash, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/api/uploads/{hash}");
        request.Headers.Add("X-Session-Id", session);
        return await api.Client.SendAsync(request);
    }

    public sealed class OnSqlite() : UploadTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : UploadTests(server);
}
