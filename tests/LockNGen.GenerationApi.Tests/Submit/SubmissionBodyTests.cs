using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>What clients send as a submission, and the errors if it cannot be one. Numbers are those of the cases from practice.</summary>
public sealed class SubmissionBodyTests
{
    private const string Nodes = """{"1": {"class_type": "EmptyImage", "inputs": {"width": 8}}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}""";

    /// <summary>A JSON with NaN, as Python writes it into pictures.</summary>
    private const string PythonNodes = """{"1": {"class_type": "EmptyImage", "inputs": {"width": 8}, "is_changed": [NaN]}, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}""";

    public static TheoryData<string, byte[]> Shapes => new()
    {
        { "ours", Utf8($$"""{"workflow": {{Nodes}} }""") },
        { "ComfyUI's own", Utf8($$"""{"prompt": {{Nodes}}, "client_id": "me", "front": true, "extra_data": {"extra_pnginfo": {}, "client_id": "me", "api_key_comfy_org": "k"} }""") },
        { "both", Utf8($$$"""{"workflow": {"prompt": {{{Nodes}}} } }""") },
        { "no wrapper", Utf8(Nodes) },
        { "byte order mark", [0xEF, 0xBB, 0xBF, .. Utf8(Nodes)] },
        { "UTF-16", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Nodes)] },
        { "NaN", Utf8(PythonNodes) },
        { "PNG", [.. Pictures.WithText("prompt", PythonNodes)] },
        { "PNG, compressed", [.. Pictures.WithText("prompt", PythonNodes, isCompressed: true)] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Workflow_InAnyOfItsShapes_IsAccepted(string shape, byte[] body)
    {
        await using var api = await ApiHost.StartAsync();

        foreach (var path in new[] { "/api/generations?dryRun=true", "/api/generations" })
        {
            using var response = await api.Client.PostAsync(path, new ByteArrayContent(body));
            ((int)response.StatusCode).ShouldBeInRange(200, 202, $"{shape}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Case 31.</summary>
    [Theory]
    [InlineData("""{"workflow":{"9":{"class_type":"A","inputs":{"filename_prefix":"a"}},"9":{"class_type":"SaveImage","inputs":{"filename_prefix":"b"}}}}""", "b")]
    [InlineData("""{"workflow":{"9":{"class_type":"SaveImage","inputs":{"filename_prefix":"a","filename_prefix":"b"}}}}""", "b")]
    [InlineData("""{"prompt":{"9":{"class_type":"SaveImage","inputs":{"filename_prefix":"a"}}},"prompt":{"9":{"class_type":"SaveImage","inputs":{"filename_prefix":"b","x":{"k":1,"k":2}}}}}""", "b")]
    public async Task KeysThatAreThereTwice_TheLastOneWins(string body, string prefix)
    {
        await using var api = await ApiHost.StartAsync();

        using var dry = await api.Client.PostAsync("/api/generations?dryRun=true", new StringContent(body));
        using var real = await api.Client.PostAsync("/api/generations", new StringContent(body));

        var node = (await dry.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("workflow").GetProperty("9");
        (node.GetProperty("class_type").GetString(), node.GetProperty("inputs").GetProperty("filename_prefix").GetString()).ShouldBe(("SaveImage", prefix));
        real.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"a","prompt":"b"}}""", HttpStatusCode.Accepted)]
    [InlineData("""{"template":"none","template":"txt2img","parameters":{"prompt":"a"}}""", HttpStatusCode.Accepted)]
    public async Task TemplateWithKeysTwice_IsAccepted(string body, HttpStatusCode status)
    {
        await using var api = await ApiHost.StartAsync();

        using var response = await api.Client.PostAsync("/api/generations", new StringContent(body));

        response.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("""{"template":"txt2img","cuont":3}""", "cuont", "unknown_field", "did you mean 'count'?")]
    [InlineData("""{"template":"txt2img","labels":{"require":{}}}""", "labels.require", "unknown_field", "did you mean 'labels.required'?")]
    [InlineData("""{"nodes":[],"links":[],"version":0.4}""", "workflow", "not_api_format", "Export (API)")]
    [InlineData("""{"workflow":{"nodes":[],"links":[]}}""", "workflow", "not_api_format", "Export (API)")]
    public async Task Mistakes_AreAnsweredWithWhatToDo(string body, string field, string code, string message)
    {
        await using var api = await ApiHost.StartAsync();

        using var response = await api.Client.PostAsync("/api/generations", new StringContent(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        (error.GetProperty("field").GetString(), error.GetProperty("code").GetString()).ShouldBe((field, code));
        error.GetProperty("message").GetString()!.ShouldContain(message);
    }

    [Fact]
    public async Task TrailingComma_IsReportedWithLineAndColumn()
    {
        await using var api = await ApiHost.StartAsync();

        using var response = await api.Client.PostAsync("/api/generations", new StringContent("{\n  \"template\": \"txt2img\",\n}"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("line 3, column 1: The JSON object contains a trailing comma");
    }

    [Theory]
    [InlineData("/api/generations")]
    [InlineData("/api/generations?dryRun=true")]
    [InlineData("/generate")]
    public async Task OddBodies_AreNeverAnErrorOfTheServer(string path)
    {
        await using var api = await ApiHost.StartAsync();
        byte[][] bodies =
        [
            Utf8(string.Concat(Enumerable.Repeat("""{"workflow":""", 5_000))), Utf8("""{"workflow":""" + new string('[', 60) + new string(']', 60) + "}"),
            Utf8("""{"workflow":{"1":null}}"""), Utf8("""{"workflow":{"1":{"class_type":null,"inputs":[]}}}"""), Utf8("""{"workflow":{"":{"class_type":"","inputs":{"":""}}},"count":1e999}"""),
            Utf8("""{"prompt":{"1":{"class_type":5}}}"""), Utf8("""{"prompt":"a cat"}"""), Utf8("null"), Utf8("\"a\""), [0xC3, 0x28], [.. "{\"template\":\""u8, 0xFF, .. "\"}"u8], [0xFF, 0xFE, 0x00],
            Utf8("""{"template":"a","\ud800":1,"\ud800":2}"""), [0x89, .. "PNG\r\n\u001a\n"u8], [0x89, .. "PNG\r\n\u001a\n"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "tEXtprompt"u8],
            Utf8("""{"template":{"a":1}}"""), Utf8("{\"workflow\":{\"" + new string('x', 1_000_000) + "\":{\"class_type\":\"A\",\"inputs\":{}}},\"count\":100}"),
        ];

        foreach (var body in bodies)
        {
            using var response = await api.Client.PostAsync(path, new ByteArrayContent(body));
            var text = await response.Content.ReadAsStringAsync();
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 80)))}: {text}");
            text.Length.ShouldBeLessThan(10_000);
        }
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
