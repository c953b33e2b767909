using System.Net;
using System.Text;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>Unreadable bodies are reported as the sender's mistake at every door, not as an error of this server or of the one behind it.</summary>
public sealed class BrokenBodyTests(SmallDoor farm) : IClassFixture<SmallDoor>
{
    private const string Sampler = "\"class_type\":\"SaveImage\",\"inputs\":";

    private static readonly string[] _takesJson =
    [
        "prompt", "api/prompt", "queue", "history", "interrupt", "api/jobs/cancel", "api/v2/jobs", "api/v2/assets/from-hash", "v1/images/generations",
    ];

    /// <summary>Where a form with a file goes, and the name of its part.</summary>
    public static TheoryData<string, string> TakesFiles { get; } = new()
    {
        { "upload/image", "image" },
        { "upload/mask", "image" },
        { "v1/images/edits", "image" },
        { "v1/images/edits", "mask" },
        { "api/v2/assets", "file" },
    };

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{\"prompt\":{\"\\ud800\":{" + Sampler + "{}}}}")]
    [InlineData("{\"prompt\":{\"1\":{\"class_type\":\"\\ud800\",\"inputs\":{}}}}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{\"filename_prefix\":\"a\\ud800\"}}}}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{\"\\udc00\":\"a\"}}}}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{}}},\"client_id\":\"\\ud800\"}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{}}},\"prompt_id\":\"\\ud800\"}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{}}},\"extra_data\":{\"a\":\"\\udfff\"}}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{}}},\"extra_data\":{\"\\udfff\":1}}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{}}},\"partial_execution_targets\":[\"\\ud800\"]}")]
    [InlineData("{\"workflow\":{\"1\":{\"class_type\":\"\\ud800\",\"inputs\":{}}}}")]
    [InlineData("{\"model\":\"\\ud800\",\"prompt\":\"\\ud800\"}")]
    [InlineData("{\"model\":\"txt2img\",\"prompt\":\"\\ud800\",\"user\":\"\\ud800\"}")]
    [InlineData("{\"delete\":[\"\\ud800\"],\"clear\":\"\\ud800\"}")]
    [InlineData("{\"job_ids\":[\"\\ud800\"],\"hash\":\"\\ud800\",\"file_path\":\"\\ud800\"}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{\"a\":1,\"a\":2}},\"1\":null},\"prompt\":null}")]
    [InlineData("{\"prompt\":{\"1\":{" + Sampler + "{\"filename_prefix\":\"\\u0000\"}}}}")]
    [InlineData("{\"url\":null,\"prompt\":null,\"model\":null,\"delete\":null,\"hash\":null,\"workflow\":null}")]
    [InlineData("{\"delete\":[null,1,{}],\"job_ids\":[null,1,{}]}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"a\":")]
    public async Task Json_OfNoUse_IsNoErrorOfTheServer(string body)
    {
        foreach (var path in _takesJson)
        {
            var status = await SendAsync(path, "application/json", Encoding.Latin1.GetBytes(body));
            status.ShouldBeInRange(200, 499, path);
            // Unknown ids in a queue request are ignored.
            if (path.EndsWith("prompt", StringComparison.Ordinal))
                status.ShouldBeInRange(400, 499, path);
        }
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("multipart/form-data; boundary=\"a\\")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data")]
    [InlineData("nonsense")]
    public async Task Types_OfNoUse_AreNoErrorOfTheServer(string type)
    {
        foreach (var path in _takesJson.Concat(TakesFiles.Select(f => f.Data.Item1).Distinct()))
            (await SendAsync(path, type, "{\"a\":"u8.ToArray())).ShouldBeInRange(200, 499, path);
    }

    [Theory]
    [MemberData(nameof(TakesFiles))]
    public async Task Forms_Damaged_AreRefusedAsTheSendersMistake(string path, string name)
    {
        var part = $"--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n";
        string[] forms =
        [
            part, part[..20], part + "\u0089PNG", part + "\u0089PNG\r\n--b", part + "\u0089PNG\r\n--c--\r\n", part + new string('x', 50_000), "", "no form at all", "--b\r\n", "--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nhalf", "--b\r\n" + new string('x', 70_000), "--b\r\nX-Long: " + new string('x', 70_000) + "\r\n\r\n",
            "--b\r\nContent-Disposition: \u00e4; name=\r\n\r\nx\r\n--b--\r\n", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n" + new string('x', 70_000) + "\r\n--b--\r\n",
        ];
        foreach (var form in forms)
            (await SendAsync(path, "multipart/form-data; boundary=b", Encoding.Latin1.GetBytes(form))).ShouldBeInRange(400, 499, form[..Math.Min(form.Length, 80)]);
    }

    [Theory]
    [InlineData("{\"filename\":\"a.png\",\"filename\":\"b.png\"}")]
    [InlineData("{\"filename\":\"a\\ud800.png\"}")]
    [InlineData("{\"filename\":\"a.png\",\"type\":\"in\\r\\nput\"}")]
    [InlineData("{\"filename\":null,\"subfolder\":[],\"type\":{}}")]
    [InlineData("{\"filename\":\"a.png [\\ud800]\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task OriginalOfAMask_ThatCannotBeRead_IsRefused(string original) =>
        (await FormAsync("upload/mask", ("image", "a.png", "\u0089PNG"), ("original_ref", null, original))).ShouldBe(400);

    [Theory]
    [InlineData("type", "input\r\nX-Injected: 1")]
    [InlineData("type", "\u00ff\u00fe")]
    [InlineData("subfolder", "a\r\nb")]
    [InlineData("subfolder", "a\0b")]
    [InlineData("overwrite", "\r\n")]
    public async Task FieldsOfAnUpload_OfNoUse_AreNoErrorOfTheServer(string field, string value) =>
        (await FormAsync("upload/image", ("image", "a.png", Picture), (field, null, value))).ShouldBeInRange(200, 499);

    [Theory]
    [InlineData("image/png\r\nX-Injected: 1", "a.png")]
    [InlineData("no type", "a.png")]
    [InlineData("image/png", "a\r\nX-Injected: 1.png")]
    [InlineData("image/png; a=\"\u00e4\"", "\u00e4.png")]
    public async Task Asset_WithLinesInItsTypeOrName_IsServedOrRefused(string type, string name)
    {
        using var form = Form(("content_type", null, type), ("file_path", null, "input/" + name), ("file", "a.png", Picture));
        using var response = await farm.Door.Http.PostAsync("api/v2/assets", form, End);
        var answer = await response.Content.ReadAsStringAsync(End);
        ((int)response.StatusCode).ShouldBeInRange(200, 499, answer);
        if (!response.IsSuccessStatusCode)
            return;

        var id = System.Text.Json.JsonElement.Parse(answer).GetProperty("id").GetString();
        using var content = await farm.Door.Http.GetAsync($"api/v2/assets/{id}/content", End);
        content.StatusCode.ShouldBe(HttpStatusCode.OK);
        content.Headers.Contains("X-Injected").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(TakesFiles))]
    public async Task Pictures_WithBrokenChunks_AreNoErrorOfTheServer(string path, string name)
    {
        const string signature = "\u0089PNG\r\n\u001a\n";
        const string header = "\0\0\0\rIHDR\0\0\0\u0008\0\0\0\u0008\u0008\u0002\0\0\0\0\0\0\0";
        string[] pictures =
        [
            signature, signature + "\0\0", signature + header[..10], signature + header, signature + "\u00ff\u00ff\u00ff\u00fftEXtprompt", signature + header + "\u007f\u00ff\u00ff\u00ffIDATx",
            signature + header + "\0\0\0\u0004IDAT\0\0\0\0\0\0\0\0\0\0\0\0IEND\0\0\0\0", Picture[..40],
        ];
        foreach (var picture in pictures)
            (await FormAsync(path, (name, "a.png", picture), ("original_ref", null, "{\"filename\":\"a.png\"}"), ("prompt", null, "x"))).ShouldBeInRange(200, 499, picture);
    }

    /// <summary>8 x 8 pixels.</summary>
    private static string Picture => Encoding.Latin1.GetString(Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC"));

    private static MultipartFormDataContent Form(params (string Name, string? File, string Value)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, file, value) in parts)
        {
            var content = new ByteArrayContent(Encoding.Latin1.GetBytes(value));
            if (file is null)
                form.Add(content, name);
            else
                form.Add(content, name, file);
        }

        return form;
    }

    private async Task<int> FormAsync(string path, params (string Name, string? File, string Value)[] parts)
    {
        using var form = Form(parts);
        using var response = await farm.Door.Http.PostAsync(path, form, End);
        return (int)response.StatusCode;
    }

    private async Task<int> SendAsync(string path, string type, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type).ShouldBeTrue();
        using var response = await farm.Door.Http.PostAsync(path, content, End);
        return (int)response.StatusCode;
    }
}
