using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Limits;

/// <summary>Submissions that are many times as large as they need to be: they must fill neither the database nor the memory of the service that reads the queue.</summary>
public abstract class StoredBytesTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Submissions_BeyondTheQuota_AreRefused()
    {
        var metadata = new { text = new string('x', 10_000) };
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Limits:StoredBytes"] = "80000" });

        var statuses = new List<HttpStatusCode>();
        JsonElement last = default;
        for (var i = 0; i < 3; i++)
        {
            using var response = await api.Client.PostAsJsonAsync("/api/generations", new { template = "txt2img", parameters = new { prompt = "x" }, metadata });
            statuses.Add(response.StatusCode);
            last = await response.Content.ReadFromJsonAsync<JsonElement>();
        }

        statuses.ShouldBe([HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests]);
        last.GetProperty("code").GetString().ShouldBe("quota_exceeded");
    }

    [Theory]
    [InlineData("""{"required":{"KEY":"x"}}""", "labels.required")]
    [InlineData("""{"preferred":{"x":"KEY"}}""", "labels.preferred")]
    public async Task Labels_AsLongAsBooks_AreRefused(string labels, string field)
    {
        await using var api = await StartApiAsync();
        var body = new { template = "txt2img", parameters = new { prompt = "x" }, labels = JsonElement.Parse(labels.Replace("KEY", new string('k', 100_000), StringComparison.Ordinal)) };

        using var response = await api.Client.PostAsJsonAsync("/api/generations", body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await response.Content.ReadAsStringAsync();
        text.Length.ShouldBeLessThan(1_000);
        JsonElement.Parse(text).GetProperty("errors")[0].GetProperty("field").GetString().ShouldBe(field);
    }

    [Fact]
    public async Task Plan_OfAWorkflowWithEndlessChoices_IsRefused()
    {
        await using var api = await StartApiAsync();
        var inputs = Enumerable.Range(0, 900).ToDictionary(i => $"input_{i}_seed", i => (object)i);
        var workflow = Enumerable.Range(0, 10).ToDictionary(i => $"{i}", _ => (object)new { class_type = "SaveImage", inputs });

        using var response = await api.Client.PostAsJsonAsync("/api/generations", new { workflow });

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("too_many");
    }

    public sealed class OnSqlite() : StoredBytesTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : StoredBytesTests(server);
}
