using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Access;

public sealed class AccessTests
{
    [Fact]
    public async Task Generation_OfSomeoneElse_IsNotThere()
    {
        await using var api = await StartAsync();
        var id = await SubmitAsync(api, Tokens.Of("alice"));

        (await SendAsync(api, HttpMethod.Get, $"/api/generations/{id}", Tokens.Of("alice"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(api, HttpMethod.Get, $"/api/generations/{id}", Tokens.Of("bob"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(api, HttpMethod.Post, $"/api/generations/{id}/cancel", Tokens.Of("bob"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(api, HttpMethod.Get, $"/api/generations/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(api, HttpMethod.Get, $"/api/generations/{id}", Tokens.Of("root", "generations:admin"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var theirs = await (await SendAsync(api, HttpMethod.Get, "/api/generations", Tokens.Of("bob"))).Content.ReadFromJsonAsync<JsonElement>();
        theirs.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await SendAsync(api, HttpMethod.Post, "/api/queue/pause", Tokens.Of("bob"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Id_ThatIsSomeoneElses_IsTaken_AndNothingElseIsRevealed()
    {
        await using var api = await StartAsync();
        var id = await SubmitAsync(api, Tokens.Of("alice"));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations")
        {
            Content = JsonContent.Create(new { id, template = "txt2img", parameters = new { prompt = "x" } }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Of("bob"));
        using var response = await api.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().ShouldBe("id_taken");
        problem.TryGetProperty("existing", out _).ShouldBeFalse();
        problem.ToString().ShouldNotContain("alice");
    }

    [Fact]
    public async Task Token_Revoked_IsNoLongerGood_AndGatewaysCanAsk()
    {
        await using var api = await StartAsync();
        var commands = api.Services.GetRequiredService<CommandClient>();

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/revocations") { Content = JsonContent.Create(new { subject = "alice" }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Of("root", "generations:admin"));
        (await api.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await SendAsync(api, HttpMethod.Get, "/api/generations", Tokens.Of("alice"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var answer = await commands.RequestAsync<GetRevocations, RevocationsAnswer>(BusQueues.GenerationApi, new GetRevocations(), CancellationToken.None);
        answer.Revocations.ShouldHaveSingleItem().Subject.ShouldBe("alice");
    }

    [Fact]
    public async Task Ticket_IsGoodOnce()
    {
        await using var api = await StartAsync();
        var commands = api.Services.GetRequiredService<CommandClient>();
        var issued = await commands.RequestAsync<IssueTicket, IssuedTicket>(
            BusQueues.GenerationApi, new IssueTicket { Owner = "alice", Scopes = ["x"], TokenId = "t" }, CancellationToken.None);

        var first = await RedeemAsync();
        var second = await RedeemAsync();

        (first.Valid, first.Owner, first.TokenId).ShouldBe((true, "alice", "t"));
        first.Scopes.ShouldBe(["x"]);
        second.Valid.ShouldBeFalse();

        Task<TicketAnswer> RedeemAsync() => commands.RequestAsync<RedeemTicket, TicketAnswer>(
            BusQueues.GenerationApi, new RedeemTicket { Ticket = issued.Ticket }, CancellationToken.None);
    }

    [Fact]
    public async Task OpenApi_DeclaresTheErrorsOfEveryOperation()
    {
        await using var api = await ApiHost.StartAsync();

        var document = await api.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var submit = document.GetProperty("paths").GetProperty("/api/generations").GetProperty("post");
        submit.GetProperty("responses").EnumerateObject().Select(r => r.Name).ShouldBe(["202", "200", "400", "401", "403", "409", "413", "422", "429", "503"], ignoreOrder: true);
        submit.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task HighPriority_NeedsItsScope()
    {
        await using var api = await StartAsync();
        var body = new { template = "txt2img", parameters = new { prompt = "x" }, priority = "high" };

        using var refused = await PostAsync(api, body, Tokens.Of("alice"));
        using var taken = await PostAsync(api, body, Tokens.Of("bob", "generations:priority"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("forbidden_priority");
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    /// <summary>Case 3, with callers that are distinguished.</summary>
    [Theory]
    [InlineData("example.png", true)]
    [InlineData("r_00001_.png [output]", false)]
    [InlineData("clipspace/painted-1.png [input]", false)]
    [InlineData("somebody/else.png", false)]
    [InlineData("x.png [temp]", false)]
    public async Task InputFile_OfSomeoneElse_IsNotRead(string name, bool isAllowed)
    {
        var objectInfo = ObjectInfo.With("m.safetensors");
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", catalogHash: FakeWatcher.Hash(objectInfo)));
        await using var api = await ApiHost.StartAsync(settings: Tokens.Settings, watchers: [watcher]);
        await watcher.StartAsync();
        await watcher.SendCatalogAsync("gpu", objectInfo);
        while ((await watcher.BeatAsync()).CatalogsWanted.Count > 0)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);
        var workflow = new Dictionary<string, object>
        {
            ["1"] = new { class_type = "LoadImage", inputs = new { image = name } },
            ["2"] = new { class_type = "SaveImage", inputs = new { images = new object[] { "1", 0 }, filename_prefix = "r" } },
        };

        using var response = await PostAsync(api, new { workflow }, Tokens.Of("alice"));

        response.StatusCode.ShouldBe(isAllowed ? HttpStatusCode.Accepted : HttpStatusCode.BadRequest, await response.Content.ReadAsStringAsync());
        if (!isAllowed)
            (await response.Content.ReadAsStringAsync()).ShouldContain("forbidden_path");
    }

    private static async Task<HttpResponseMessage> PostAsync(ApiHost api, object body, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations") { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await api.Client.SendAsync(request);
    }

    private static Task<ApiHost> StartAsync() => ApiHost.StartAsync(settings: Tokens.Settings);

    private static async Task<Guid> SubmitAsync(ApiHost api, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations")
        {
            Content = JsonContent.Create(new { template = "txt2img", parameters = new { prompt = "x" } }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await api.Client.SendAsync(request);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiHost api, HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await api.Client.SendAsync(request);
    }
}
