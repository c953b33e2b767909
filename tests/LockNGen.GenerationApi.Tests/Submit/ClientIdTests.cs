using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>Ids that clients choose for their generations.</summary>
public abstract class ClientIdTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Id_OfTheClient_IsThatOfTheGeneration_AndTakenFromThenOn()
    {
        await using var api = await StartApiAsync();
        var id = Guid.NewGuid();

        var first = await PostAsync(api, id.ToString().ToUpperInvariant());
        var second = await PostAsync(api, id.ToString());
        var tried = await PostAsync(api, id.ToString(), path: "/api/generations?dryRun=true");

        first.Body.GetProperty("id").GetGuid().ShouldBe(id);
        (await api.GetAsync(id)).GetProperty("status").GetString().ShouldBe("queued");
        foreach (var (status, body) in new[] { second, tried })
        {
            status.ShouldBe(HttpStatusCode.Conflict);
            body.GetProperty("code").GetString().ShouldBe("id_taken");
            body.GetProperty("existing").GetString().ShouldBe($"/api/generations/{id}");
        }
    }

    [Fact]
    public async Task Id_UnderTheSameIdempotencyKey_IsAnsweredAsBefore()
    {
        await using var api = await StartApiAsync();
        var id = Guid.NewGuid().ToString();

        var first = await PostAsync(api, id, key: "once");
        var second = await PostAsync(api, id, key: "once");

        (first.Status, second.Status).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Accepted));
        second.Body.ToString().ShouldBe(first.Body.ToString());
    }

    [Fact]
    public async Task Id_GivenManyTimesAtOnce_IsTakenOnce()
    {
        await using var api = await StartApiAsync();
        var id = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(api, id)));

        answers.Count(a => a.Status == HttpStatusCode.Accepted).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).ShouldBe(19);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("{7d1c9c52-0000-4000-8000-000000000000}")]
    public async Task Id_ThatIsNoUuid_IsRefused(string id)
    {
        await using var api = await StartApiAsync();

        var (status, body) = await PostAsync(api, id);

        status.ShouldBe(HttpStatusCode.BadRequest);
        var error = body.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        (error.GetProperty("field").GetString(), error.GetProperty("code").GetString()).ShouldBe(("id", "wrong_type"));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        ApiHost api, string id, string? key = null, string path = "/api/generations")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(new { id, template = "txt2img", parameters = new { prompt = "x", seed = 1 } }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await api.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public sealed class OnSqlite() : ClientIdTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : ClientIdTests(server);
}
