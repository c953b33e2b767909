using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LockNGen.Hosting;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.Web.Tests.Authentication;

/// <summary>Tokens of a shared key, written byte for byte: what issuers send that a library would not write.</summary>
public sealed class SharedKeyTests : IAsyncLifetime
{
    private const string Key = "a key of more than thirty-two bytes, as asked for";

    private readonly double _now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    [Fact]
    public async Task Token_WithFractionsOfSeconds_IsGood_AndItsTimesAreKept()
    {
        var expires = _now + 600.5;

        var (status, body) = await GetAsync(Token(new { sub = "alice", exp = expires, iat = _now - 0.5 }));

        status.ShouldBe(HttpStatusCode.OK, body);
        var caller = JsonSerializer.Deserialize<JsonElement>(body);
        caller.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.UnixEpoch.AddSeconds(expires), TimeSpan.FromSeconds(1));
        caller.GetProperty("issuedAt").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task Token_ThatExpiredAFractionAgo_IsRefused() =>
        (await GetAsync(Token(new { sub = "alice", exp = _now - 60.5 }))).Status.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task Token_IssuedInTheFuture_IsRefused() =>
        (await GetAsync(Token(new { sub = "alice", exp = _now + 900, iat = _now + 600.5 }))).Status.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task Token_WithoutExpiry_IsRefused() =>
        (await GetAsync(Token(new { sub = "alice" }))).Status.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task Token_WithCriticalHeaders_IsRefused() =>
        (await GetAsync(Token(new { sub = "alice", exp = _now + 600 }, new { alg = "HS256", crit = new[] { "b64" }, b64 = true }))).Status
            .ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task Token_WithoutSignature_IsRefused() =>
        (await GetAsync(Token(new { sub = "alice", exp = _now + 600 }, new { alg = "none" }))).Status.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task Service_ThatDoesNotKnowTheRevocations_IsNotReady()
    {
        (await _client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode
            .ShouldBe(HttpStatusCode.ServiceUnavailable);

        _app.Services.GetRequiredService<RevocationList>().IsKnown = true;

        (await _client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Auth:SigningKey"] = Key });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddCallerAuthentication();
        RevocationHealth.AddTo(builder);
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapGet("/me", (Caller caller) => new { caller.ExpiresAt, caller.IssuedAt }).RequireAuthorization();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private static string Token(object payload, object? header = null)
    {
        var signed = $"{Part(header ?? new { alg = "HS256", typ = "JWT" })}.{Part(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = new("Bearer", token);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
