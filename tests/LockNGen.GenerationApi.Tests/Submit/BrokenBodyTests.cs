using System.Net;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>Bodies that no reader can make sense of are the sender's mistake at every endpoint that takes one, and no error of this server.</summary>
public sealed class BrokenBodyTests
{
    private static readonly string[] _takesJson =
    [
        "POST /api/generations", "POST /api/generations?dryRun=true", "POST /generate", "POST /api/workflows/import", "POST /api/templates", "PUT /api/templates/mine",
        "POST /api/auth/revocations", "POST /api/generations/cancel", "PUT /api/doors/files", "POST /api/doors/assets", "POST /api/doors/prompts/hide",
    ];

    private static readonly string[] _halves =
    [
        """{"template":"\ud800"}""", """{"\udc00":1}""", """{"workflow":{"\ud800":{"class_type":"SaveImage","inputs":{}}}}""",
        """{"workflow":{"1":{"class_type":"\ud800","inputs":{}}}}""", """{"workflow":{"1":{"class_type":"SaveImage","inputs":{"filename_prefix":"a\ud800"}}}}""",
        """{"1":{"class_type":"SaveImage","inputs":{"\ud800":"x"}}}""", """{"1":{"class_type":"CLIPTextEncode","inputs":{"text":"\udfff"}}}""",
        """{"nodes":[{"id":1,"type":"\ud800","widgets_values":["\ud800"]}],"links":[],"version":0.4}""", """{"prompt":{"1":{"class_type":"\ud800","inputs":{}}}}""",
        """{"subject":"\ud800"}""", """{"folder":"input","subfolder":"\ud800","name":"\ud800","upload":"\ud800"}""", """{"hash":"\ud800","filePath":"\ud800"}""",
        """{"metadata":{"a":"\ud800"}}""", """{"id":"\ud800"}""", """{"labels":{"required":{"\ud800":"\ud800"}}}""", """{"title":"\ud800","workflow":{}}""",
    ];

    private static readonly string[] _odd =
    [
        "", "{", "null", "[]", "\"", "1e999", """{"a":1,"a":2}""", """{"workflow":{"1":{"class_type":"A"},"1":{"class_type":"B"}},"workflow":null}""",
        """{"id":"1","id":"2","template":null,"template":"a"}""", """{"workflow":null,"webhookUrl":null,"labels":null,"metadata":null,"door":null}""",
        """{"workflow":{"1":{"class_type":"SaveImage","inputs":{"a":1,"a":2}}}}""", """{"all":null,"ids":[null]}""", """{"ids":["\u0000"]}""", """{"folder":null,"name":null}""",
        """{"labels":{"required":null}}""", """{"labels":{"required":{"a":null}}}""", """{"door":{"kind":null}}""", "{\"template\":\"a\u2028\"}",
    ];

    [Fact]
    public async Task Texts_WithHalfASurrogatePair_AreRefusedEverywhere()
    {
        using var log = new LogRecorder();
        await using var api = await ApiHost.StartAsync(log: log);
        foreach (var place in _takesJson)
        {
            foreach (var body in _halves)
                (await SendAsync(api, place, Encoding.UTF8.GetBytes(body), "application/json")).ShouldBeInRange(400, 499, $"{place} {body}");
        }

        NoErrors(log);
    }

    [Fact]
    public async Task OddJson_IsNoErrorOfTheServer()
    {
        using var log = new LogRecorder();
        await using var api = await ApiHost.StartAsync(log: log);
        // It would wait for a picture of the bodies that it can read.
        foreach (var place in _takesJson.Except(["POST /generate"]))
        {
            foreach (var body in _odd)
                (await SendAsync(api, place, Encoding.UTF8.GetBytes(body), "application/json")).ShouldBeInRange(200, 499, $"{place} {body}");
            (await SendAsync(api, place, [0xC3, 0x28, 0xFF], "application/json")).ShouldBeInRange(400, 499, place);
        }

        NoErrors(log);
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json;;;")]
    [InlineData("nonsense")]
    [InlineData("multipart/form-data; boundary=\"a\\")]
    [InlineData("application/x-www-form-urlencoded; charset=nonsense")]
    public async Task Types_OfNoUse_AreNoErrorOfTheServer(string type)
    {
        using var log = new LogRecorder();
        await using var api = await ApiHost.StartAsync(log: log);
        foreach (var place in _takesJson.Append("POST /api/uploads"))
            (await SendAsync(api, place, "{\"a\":"u8.ToArray(), type)).ShouldBeInRange(400, 499, $"{place} {type}");

        NoErrors(log);
    }

    /// <summary>Wrong lengths, wrong checksums, invalid text: where a picture is read, and where its workflow is searched for.</summary>
    [Theory]
    [InlineData("POST /api/uploads")]
    [InlineData("POST /api/workflows/import")]
    [InlineData("POST /api/generations")]
    public async Task Pictures_WithBrokenChunks_AreNoErrorOfTheServer(string place)
    {
        using var log = new LogRecorder();
        await using var api = await ApiHost.StartAsync(log: log);
        byte[] signature = [0x89, .. "PNG\r\n\u001a\n"u8];
        byte[] header = [0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0, 0, 0, 0, 0];
        byte[][] pictures =
        [
            signature, [.. signature, 0, 0], [.. signature, .. header[..10]], [.. signature, .. header], [.. signature, 0xFF, 0xFF, 0xFF, 0xFF, .. "tEXtprompt"u8],
            [.. signature, .. header, 0x7F, 0xFF, 0xFF, 0xFF, .. "zTXtworkflow\0\0"u8, 1, 2, 3], [.. signature, .. header, 0, 0, 0, 4, .. "iTXt"u8, 0, 0, 0, 0, 0, 0, 0, 0],
            [.. signature, .. header, 0, 0, 0, 12, .. "tEXtprompt\0{\"1\":"u8, 0, 0, 0, 0], [.. signature, .. header, 0, 0, 0, 9, .. "tEXtprompt\0\xff\xfe"u8, 0, 0, 0, 0],
            [.. signature, .. header, 0, 0, 0, 24, .. "tEXtprompt\0{\"a\":\"\\ud800\"}"u8, 0, 0, 0, 0, 0, 0, 0, 0, .. "IEND"u8, 0, 0, 0, 0],
        ];
        foreach (var picture in pictures)
            (await SendAsync(api, place, picture, "image/png")).ShouldBeInRange(200, 499, Convert.ToHexString(picture));

        NoErrors(log);
    }

    /// <summary>The status; the form of a refusal is checked first.</summary>
    private static async Task<int> SendAsync(ApiHost api, string place, byte[] body, string type)
    {
        var (method, path) = (place.Split(' ')[0], place.Split(' ')[1]);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type).ShouldBeTrue();
        using var response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        if (response.StatusCode >= HttpStatusCode.BadRequest)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var shown = $"{(int)response.StatusCode} {place} {Encoding.UTF8.GetString(body)}: {text}";
            response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", shown);
            JsonElement.Parse(text).GetProperty("code").GetString().ShouldNotBeNullOrEmpty(shown);
        }

        return (int)response.StatusCode;
    }

    private static void NoErrors(LogRecorder log) => log.Lines.Where(l => l.Contains("   at ", StringComparison.Ordinal)).ShouldBeEmpty();
}
