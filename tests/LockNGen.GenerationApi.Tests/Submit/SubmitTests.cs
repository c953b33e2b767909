using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Submit;

public abstract class SubmitTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    private static readonly object Lighthouse = new { template = "txt2img", parameters = new { prompt = "a lighthouse", seed = 1 } };

    [Fact]
    public async Task Submission_FromCurl_IsAcceptedWithAnyContentType()
    {
        await using var api = await StartApiAsync();
        using var body = new StringContent("""{"template":"txt2img","parameters":{"prompt":"x"},"count":2}""", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await api.Client.PostAsync("/api/generations", body);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.Headers.Location!.ToString().ShouldBe(answer.GetProperty("links").GetProperty("self").GetString());
        (answer.GetProperty("status").GetString(), answer.GetProperty("position").GetInt32(), answer.GetProperty("count").GetInt32()).ShouldBe(("queued", 0, 2));
    }

    [Theory]
    [InlineData("{", "malformed_json")]
    [InlineData("", "malformed_json")]
    [InlineData("[]", "malformed_json")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"a\u0000b"}}""", "malformed_json")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"half a \ud83d pair"}}""", "malformed_json")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"x"},"metadata":{"\uDE00":1}}""", "malformed_json")]
    [InlineData("""{"count":"many"}""", "invalid_request", "count", "wrong_type")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"x"},"count":0}""", "invalid_request", "count", "out_of_range")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"x"},"count":1000}""", "invalid_request", "count", "out_of_range")]
    [InlineData("""{"template":"txt2img","parameters":{}}""", "invalid_request", "parameters.prompt", "required")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"x","width":65}}""", "invalid_request", "parameters.width", "out_of_range")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"x","widht":64}}""", "invalid_request", "parameters.widht", "unknown_parameter")]
    [InlineData("""{"template":"nothing"}""", "invalid_request", "template", "unknown_template")]
    [InlineData("{}", "invalid_request", "template", "required")]
    [InlineData("""{"workflow":{"nodes":[]}}""", "invalid_request", "workflow", "not_api_format")]
    [InlineData("""{"workflow":{"1":{"class_type":"X","inputs":{"a":["2",0]}}}}""", "invalid_request", "workflow", "bad_link")]
    [InlineData("""{"workflow":{"1":{"class_type":"easy pythonCode","inputs":{}}}}""", "invalid_request", "workflow", "forbidden_node_class")]
    [InlineData("""{"workflow":{"1":{"class_type":"SaveImage","inputs":{"filename_prefix":"../../x"}}}}""", "invalid_request", "workflow", "forbidden_path")]
    [InlineData("""{"workflow":{"1":{"class_type":"LoadImage","inputs":{"image":"upload-0123456789abcdef0123456789abcdef.png"}}}}""", "invalid_request", "workflow", "unknown_upload")]
    [InlineData("""{"template":"txt2img","parameters":{"prompt":"x"},"webhookUrl":"http://127.0.0.1/x"}""", "invalid_request", "webhookUrl", "forbidden_address")]
    public async Task Submission_ThatIsWrong_IsAnsweredWithWhatIsWrong(string body, string code, string? field = null, string? error = null)
    {
        await using var api = await StartApiAsync();

        using var response = await api.Client.PostAsync("/api/generations", new StringContent(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("type").GetString().ShouldBe("urn:lockngen:problem:" + code);
        if (field is null)
            return;
        var only = problem.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        (only.GetProperty("field").GetString(), only.GetProperty("code").GetString()).ShouldBe((field, error));
    }

    [Fact]
    public async Task Submission_WhoseClaimWouldBeTooLargeForABroker_IsRefused()
    {
        await using var api = await StartApiAsync();
        var nodes = Enumerable.Range(0, 500).Select(i => $$$"""{{{JsonSerializer.Serialize($"{i}-".PadRight(250, 'x'))}}}:{"class_type":"KSampler","inputs":{"seed":1}}""");

        using var response = await api.Client.PostAsync(
            "/api/generations", new StringContent("{\"workflow\":{" + string.Join(',', nodes) + "},\"count\":100}"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
        (error.GetProperty("field").GetString(), error.GetProperty("code").GetString()).ShouldBe(("count", "too_many"));
    }

    [Fact]
    public async Task Submission_OfSixtyMegabytes_IsTooLarge()
    {
        await using var api = await StartApiAsync();

        using var response = await api.Client.PostAsync("/api/generations", new ByteArrayContent(new byte[60_000_000]));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("too_large");
    }

    [Fact]
    public async Task IdempotencyKey_Repeated_IsAnsweredTheSame_AndWithAnotherBodyRefused()
    {
        await using var api = await StartApiAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(api, Lighthouse)));
        var other = await PostAsync(api, new { template = "txt2img", parameters = new { prompt = "a cat" } });

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Accepted && a.Body == answers[0].Body);
        other.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await api.Client.GetFromJsonAsync<JsonElement>("/api/queue")).GetProperty("waiting").GetInt32().ShouldBe(1);

        static async Task<(HttpStatusCode Status, string Body)> PostAsync(ApiHost api, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", "one");
            using var response = await api.Client.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task DryRun_SaysWhatWouldRun_AndQueuesNothing()
    {
        await using var api = await StartApiAsync();

        using var response = await api.Client.PostAsJsonAsync("/api/generations?dryRun=true", Lighthouse);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("workflow").GetProperty("6").GetProperty("inputs").GetProperty("text").GetString().ShouldBe("a lighthouse");
        answer.GetProperty("openModels")[0].GetString().ShouldBe("CheckpointLoaderSimple.ckpt_name");
        (await api.Client.GetFromJsonAsync<JsonElement>("/api/queue")).GetProperty("waiting").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Submissions_OfManyAtOnce_StandOneBehindTheOther()
    {
        // Long enough that the queue is not counted anew for every group.
        const int Clients = 40, Each = 50;
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:MaxDepth"] = "2000" });

        var positions = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            var own = new List<int>();
            for (var i = 0; i < Each; i++)
                own.Add((await api.SubmitAsync(Lighthouse)).GetProperty("position").GetInt32());
            return own;
        }));

        positions.SelectMany(p => p).Order().ShouldBe(Enumerable.Range(0, Clients * Each));
        using var refused = await api.Client.PostAsJsonAsync("/api/generations", Lighthouse);
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    public sealed class OnSqlite() : SubmitTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : SubmitTests(server);
}
