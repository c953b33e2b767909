using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Uploads;

/// <summary>Forms that end too early, or are not forms: reported as the sender's mistake, and nothing of them is kept.</summary>
public sealed class DamagedFormTests
{
    private const string Part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n";

    private static readonly (string Type, string Body)[] _forms =
    [
        ("multipart/form-data; boundary=b", Part + "\u0089PNG"),
        ("multipart/form-data; boundary=b", Part + "\u0089PNG\r\n--b"),
        ("multipart/form-data; boundary=b", Part),
        ("multipart/form-data; boundary=b", Part[..20]),
        ("multipart/form-data; boundary=b", "--b\r\n" + new string('x', 70_000)),
        ("multipart/form-data; boundary=b", "--b\r\nX-Long: " + new string('x', 70_000) + "\r\n\r\n"),
        ("multipart/form-data; boundary=b", string.Concat(Enumerable.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n", 3000))),
        ("multipart/form-data; boundary=b", ""),
        ("multipart/form-data; boundary=b", "no form at all"),
        ("multipart/form-data; boundary=b", "--other\r\n\r\n--other--\r\n"),
        ("multipart/form-data; boundary=b", "--b--\r\n"),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: \ud83d\ude42; name=\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data", Part + "x\r\n--b--\r\n"),
        ("multipart/form-data; boundary=", Part + "x\r\n--b--\r\n"),
        ("multipart/form-data; boundary=" + new string('b', 300), Part),
    ];

    [Theory]
    [InlineData("/api/uploads")]
    [InlineData("/api/workflows/import")]
    public async Task Forms_Damaged_AreRefusedAsTheSendersMistake(string path)
    {
        await using var api = await ApiHost.StartAsync();
        foreach (var (type, body) in _forms)
        {
            using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type).ShouldBeTrue();

            using var response = await api.Client.PostAsync(path, content, TestContext.Current.CancellationToken);

            var shown = $"{type[..Math.Min(type.Length, 60)]} {body[..Math.Min(body.Length, 60)]}";
            response.StatusCode.ShouldBeOneOf([HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType], shown);
            response.Content.Headers.ContentType.ShouldBe(new MediaTypeHeaderValue("application/problem+json"), shown);
            (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code").GetString().ShouldNotBeNullOrEmpty(shown);
        }

        var uploads = Path.Combine(api.Folder, "uploads");
        (Directory.Exists(uploads) ? Directory.EnumerateFiles(uploads) : []).ShouldBeEmpty();
    }
}
