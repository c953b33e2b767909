using System.Net.Http.Headers;
using System.Text;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Images;

/// <summary>Results come from untrusted workflows: none of them may run in a signed-in browser (case 13).</summary>
public sealed class SafeDeliveryTests
{
    [Theory]
    [InlineData("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>document.title='ran'</script></svg>", "image/svg+xml")]
    [InlineData("<!doctype html><script>document.title='ran'</script>", "text/html")]
    [InlineData("<rss/>", "application/xml")]
    [InlineData("%PDF-1.7", "application/pdf")]
    [InlineData("\u0001\u0002 what nobody knows", "application/octet-stream")]
    public async Task File_ThatABrowserCouldRun_IsStoredByItAndRunsNothing(string content, string contentType)
    {
        using var response = await DeliveredAsync(Encoding.UTF8.GetBytes(content), "&filename=r_00001_.svg");

        response.Content.Headers.ContentType!.ToString().ShouldBe(contentType);
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'"]);
        response.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        response.Content.Headers.ContentDisposition.FileName.ShouldBe("r_00001_.svg");
    }

    [Theory]
    [InlineData("r_00001_.png", "r_00001_.png")]
    [InlineData("../../etc/\u202Egnp.exe\r\nX-Evil: 1", "gnp.exeX-Evil 1")]
    [InlineData("größe ☃ \"a\".png", "größe ☃ a.png")]
    public async Task Picture_IsShownUnderItsName(string filename, string expected)
    {
        using var response = await DeliveredAsync(Pictures.Png(8, 8), "&filename=" + Uri.EscapeDataString(filename));

        response.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("inline");
        (response.Content.Headers.ContentDisposition.FileNameStar ?? response.Content.Headers.ContentDisposition.FileName!.Trim('"')).ShouldBe(expected);
        response.Headers.Contains("Content-Security-Policy").ShouldBeFalse();
        response.Headers.Contains("X-Evil").ShouldBeFalse();
    }

    [Fact]
    public async Task Part_OfAFile_ComesWithTheSameHeaders()
    {
        using var response = await DeliveredAsync("<svg><script/></svg>"u8.ToArray(), "", new RangeHeaderValue(0, 3));

        ((int)response.StatusCode, await response.Content.ReadAsStringAsync()).ShouldBe((206, "<svg"));
        response.Headers.ETag.ShouldNotBeNull();
        response.Content.Headers.ContentDisposition!.FileName.ShouldEndWith("-1.svg");
        response.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'"]);
    }

    private static async Task<HttpResponseMessage> DeliveredAsync(byte[] bytes, string query, RangeHeaderValue? range = null)
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        using var stored = await FakeWatcher.UploadAsync(work, 1, 1, bytes, query: query);
        stored.EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/generations/{id}/images/1");
        request.Headers.Range = range;
        return await api.Client.SendAsync(request);
    }
}
