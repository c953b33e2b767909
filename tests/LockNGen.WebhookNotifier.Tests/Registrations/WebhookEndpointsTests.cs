using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Webhooks;
using MassTransit;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.WebhookNotifier.Tests.Registrations;

public sealed class WebhookEndpointsTests
{
    private const string SigningKey = "a signing key for tests, with enough bytes";
    private const string Url = "https://8.8.8.8/hook";

    [Fact]
    public async Task Register_PlainAddress_AnswersItWithASecretThatNoOneSeesAgain()
    {
        await using var notifier = await NotifierHost.StartAsync();

        var created = await notifier.RegisterAsync(Url, "alice");

        WebhookSecret.IsValid(created.GetProperty("secret").GetString()!).ShouldBeTrue();
        created.GetProperty("eventTypes").EnumerateArray().Select(t => t.GetString())
            .ShouldBe(["generation.completed", "generation.failed", "generation.cancelled"]);
        var read = await notifier.GetAsync($"/api/webhooks/{created.GetProperty("id")}", "alice");
        read.TryGetProperty("secret", out _).ShouldBeFalse();
        read.GetProperty("url").GetString().ShouldBe(Url);
        read.GetProperty("owner").GetString().ShouldBe("alice");
    }

    [Fact]
    public async Task Register_PrivateAddress_IsRefusedUnlessAllowed()
    {
        await using var notifier = await NotifierHost.StartAsync(("Webhooks:AllowPrivateAddresses", "false"));

        using var response = await notifier.SendAsync(HttpMethod.Post, "/api/webhooks", "alice", new { url = "http://127.0.0.1:5081/" });

        (await ErrorsAsync(response))["url"].ShouldContain("private");
    }

    [Fact]
    public async Task Register_EverythingWrong_NamesEverything()
    {
        await using var notifier = await NotifierHost.StartAsync();

        using var response = await notifier.SendAsync(
            HttpMethod.Post,
            "/api/webhooks",
            "alice",
            new { url = "ftp://example.com", eventTypes = new[] { "generation.progress" }, description = new string('x', 201), secret = "hunter2" });

        (await ErrorsAsync(response)).Keys.ShouldBe(["url", "eventTypes", "description", "secret"], ignoreOrder: true);
    }

    [Fact]
    public async Task Register_BodiesOfNoUse_AreTheSendersMistake()
    {
        await using var notifier = await NotifierHost.StartAsync();
        string[] bodies =
        [
            "", "null", "[]", "{", "\"\\ud800\"", """{"url":null}""", """{"url":{}}""", """{"url":"\ud800"}""", """{"url":"https://8.8.8.8/","url":null}""",
            """{"url":"https://8.8.8.8/","eventTypes":null,"secret":"\ud800"}""", """{"url":"https://8.8.8.8/","eventTypes":[null]}""",
        ];

        foreach (var body in bodies)
        {
            foreach (var type in (string[])["application/json", "application/json; charset=nonsense", "text/plain"])
            {
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                content.Headers.TryAddWithoutValidation("Content-Type", type);
                using var response = await notifier.PostAsync("/api/webhooks", content);
                ((int)response.StatusCode).ShouldBeInRange(400, 499, $"{type}: {body}");
            }
        }
    }

    [Fact]
    public async Task Register_MoreThanTheLimit_IsRefused()
    {
        await using var notifier = await NotifierHost.StartAsync(("Webhooks:MaxPerOwner", "1"));
        await notifier.RegisterAsync(Url, "alice");

        using var more = await notifier.SendAsync(HttpMethod.Post, "/api/webhooks", "alice", new { url = Url });

        more.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await notifier.RegisterAsync(Url, "bob");
    }

    [Fact]
    public async Task Change_ThatDoesNotSayEnabled_EnablesIt()
    {
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(Url, "alice")).GetProperty("id").GetString();

        using var changed = await notifier.SendAsync(HttpMethod.Put, $"/api/webhooks/{id}", "alice", new { url = Url });

        changed.EnsureSuccessStatusCode();
        (await notifier.GetAsync($"/api/webhooks/{id}", "alice")).GetProperty("enabled").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task OpenApi_HasEveryOperationWithItsErrors()
    {
        await using var notifier = await NotifierHost.StartAsync(("Auth:SigningKey", SigningKey));

        var paths = (await notifier.Http.GetFromJsonAsync<JsonElement>("/api/webhooks/openapi.json", TestContext.Current.CancellationToken)).GetProperty("paths");

        paths.EnumerateObject().Select(p => p.Name).ShouldBe(
        [
            "/api/webhooks", "/api/webhooks/{id}", "/api/webhooks/{id}/secret", "/api/webhooks/{id}/test", "/api/webhooks/{id}/deliveries",
            "/api/webhooks/{id}/deliveries/{deliveryId}", "/api/webhooks/{id}/deliveries/{deliveryId}/redeliver",
        ]);
        paths.GetProperty("/api/webhooks").GetProperty("post").GetProperty("responses").EnumerateObject().Select(r => r.Name)
            .ShouldBe(["201", "400", "401", "403", "409", "503"], ignoreOrder: true);
    }

    [Fact]
    public async Task Change_FilterAndEnabled_IsStored()
    {
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(Url, "alice")).GetProperty("id").GetString();

        using var response = await notifier.SendAsync(
            HttpMethod.Put, $"/api/webhooks/{id}", "alice", new { url = "https://8.8.4.4/", eventTypes = new[] { "generation.image" }, enabled = false });

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var read = await notifier.GetAsync($"/api/webhooks/{id}", "alice");
        read.GetProperty("url").GetString().ShouldBe("https://8.8.4.4/");
        read.GetProperty("eventTypes")[0].GetString().ShouldBe("generation.image");
        read.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        using var test = await notifier.SendAsync(HttpMethod.Post, $"/api/webhooks/{id}/test", "alice");
        test.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Delete_Webhook_IsGone()
    {
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(Url, "alice")).GetProperty("id").GetString();

        using var deleted = await notifier.SendAsync(HttpMethod.Delete, $"/api/webhooks/{id}", "alice");
        using var read = await notifier.SendAsync(HttpMethod.Get, $"/api/webhooks/{id}", "alice");

        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        read.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        read.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task List_MoreThanAPage_ContinuesAtTheCursor()
    {
        await using var notifier = await NotifierHost.StartAsync();
        foreach (var n in new[] { 1, 2, 3 })
            await notifier.RegisterAsync($"{Url}/{n}", "alice");
        await notifier.RegisterAsync(Url, "bob");

        var first = await notifier.GetAsync("/api/webhooks?limit=2", "alice");
        var second = await notifier.GetAsync($"/api/webhooks?limit=2&cursor={first.GetProperty("nextCursor").GetString()}", "alice");

        Urls(first).ShouldBe([$"{Url}/3", $"{Url}/2"]);
        Urls(second).ShouldBe([$"{Url}/1"]);
        second.TryGetProperty("nextCursor", out _).ShouldBeFalse();

        static IEnumerable<string?> Urls(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(w => w.GetProperty("url").GetString());
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=201")]
    [InlineData("?cursor=abc")]
    public async Task List_BadPage_IsRefused(string query)
    {
        await using var notifier = await NotifierHost.StartAsync();

        using var response = await notifier.SendAsync(HttpMethod.Get, "/api/webhooks" + query, "alice");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Rotate_BadSecretOrOverlap_IsRefused()
    {
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(Url, "alice")).GetProperty("id").GetString();

        using var secret = await notifier.SendAsync(HttpMethod.Post, $"/api/webhooks/{id}/secret", "alice", new { secret = "hunter2" });
        using var overlap = await notifier.SendAsync(HttpMethod.Post, $"/api/webhooks/{id}/secret", "alice", new { overlapSeconds = -1 });

        (await ErrorsAsync(secret)).Keys.ShouldBe(["secret"]);
        (await ErrorsAsync(overlap)).Keys.ShouldBe(["overlapSeconds"]);
    }

    [Fact]
    public async Task WithAuthentication_AnothersWebhook_DoesNotExist()
    {
        await using var notifier = await NotifierHost.StartAsync(("Auth:SigningKey", SigningKey));
        using var created = await SendAsync(notifier, HttpMethod.Post, "/api/webhooks", Token("alice"), new { url = Url });
        var path = created.Headers.Location!.ToString();

        (await StatusAsync(notifier, path, Token("alice"))).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(notifier, path, Token("bob"))).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(notifier, path + "/deliveries", Token("bob"))).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(notifier, path, Token("operator", "generations:admin"))).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(notifier, path, token: null)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task WithAuthentication_EveryonesEvents_AreForAdministrators()
    {
        await using var notifier = await NotifierHost.StartAsync(("Auth:SigningKey", SigningKey));

        using var user = await SendAsync(notifier, HttpMethod.Post, "/api/webhooks", Token("alice"), new { url = Url, allOwners = true });
        using var admin = await SendAsync(
            notifier, HttpMethod.Post, "/api/webhooks", Token("operator", "generations:admin"), new { url = Url, allOwners = true });

        user.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        admin.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task WithAuthentication_RevokedToken_IsRefusedOnceTheApiHasSaidSo()
    {
        var answered = new TaskCompletionSource();
        await using var notifier = await NotifierHost.StartAsync(
            bus => bus.Endpoint(BusQueues.GenerationApi, (_, queue) => queue.Handler<GetRevocations>(async context =>
            {
                await context.RespondAsync(new RevocationsAnswer { Revocations = [new TokenRevoked { Subject = "alice", At = DateTimeOffset.UtcNow.AddMinutes(1) }] });
                answered.TrySetResult();
            })),
            ("Auth:SigningKey", SigningKey));
        await answered.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // The answer is on its way back to the requesting service; only its effect can be observed.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await StatusAsync(notifier, "/api/webhooks", Token("alice")) != HttpStatusCode.Unauthorized)
            limit.Token.ThrowIfCancellationRequested();
        (await StatusAsync(notifier, "/api/webhooks", Token("bob"))).ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>The messages by field, of a problem in the one shape of all services.</summary>
    private static async Task<Dictionary<string, string>> ErrorsAsync(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        problem.GetProperty("code").GetString().ShouldBe("invalid_request");
        problem.GetProperty("type").GetString().ShouldBe("urn:lockngen:problem:invalid_request");
        return problem.GetProperty("errors").EnumerateArray().ToDictionary(
            e => e.GetProperty("field").GetString()!,
            e =>
            {
                e.GetProperty("code").GetString().ShouldNotBeNullOrEmpty();
                return e.GetProperty("message").GetString()!;
            });
    }

    private static async Task<HttpStatusCode> StatusAsync(NotifierHost notifier, string path, string? token)
    {
        using var response = await SendAsync(notifier, HttpMethod.Get, path, token);
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(NotifierHost notifier, HttpMethod method, string path, string? token, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await notifier.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string Token(string subject, string scope = "") => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Claims = new Dictionary<string, object> { ["sub"] = subject, ["scope"] = scope },
        Expires = DateTime.UtcNow.AddMinutes(5),
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(SigningKey)), SecurityAlgorithms.HmacSha256),
    });
}
