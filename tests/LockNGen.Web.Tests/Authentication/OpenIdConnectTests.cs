using System.Net;
using System.Net.Http.Headers;
using LockNGen.Hosting;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.Web.Tests.Authentication;

/// <summary>Tokens of an OpenID Connect authority, whose keys are discovered and may change.</summary>
public sealed class OpenIdConnectTests : IAsyncLifetime
{
    private Issuer _issuer = null!;
    private RsaSecurityKey _key = null!;
    private WebApplication? _app;
    private HttpClient? _client;

    [Fact]
    public async Task Token_OfThePublishedKey_IsGood_AndTheKeysAreReadOnce()
    {
        await StartAsync();

        (await GetAsync(_issuer.Token(_key))).ShouldBe((HttpStatusCode.OK, "alice"));
        (await GetAsync(_issuer.Token(_key))).ShouldBe((HttpStatusCode.OK, "alice"));

        _issuer.Fetches.ShouldBe(1);
    }

    [Fact]
    public async Task Token_ThatIsNotForUs_IsRefused()
    {
        await StartAsync();

        (await GetAsync(_issuer.Token(_key, audience: "another"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(_issuer.Token(_key, issuer: "https://evil.example"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(_issuer.Token(_key, expiresInSeconds: -60))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(_issuer.Token(Issuer.NewKey()))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_SignedWithThePublicKeyAsIfItWereASharedSecret_IsRefused()
    {
        await StartAsync();
        var publicKey = new SymmetricSecurityKey(_key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = _key.KeyId };

        (await GetAsync(_issuer.Token(publicKey, algorithm: SecurityAlgorithms.HmacSha256))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_OfANewKey_IsGoodAtOnce_AndOfTheWithdrawnOneNoLonger()
    {
        await StartAsync();
        await UntilAsync(_issuer.Token(_key), HttpStatusCode.OK);

        var next = _issuer.Rotate();

        // Not before the keys may be fetched again, a second after the last time.
        await UntilAsync(_issuer.Token(next), HttpStatusCode.OK);
        (await GetAsync(_issuer.Token(_key))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Tokens_OfUnknownKeys_DoNotMakeUsFetchKeysEachTime()
    {
        await StartAsync("01:00:00");
        (await GetAsync(_issuer.Token(_key))).Status.ShouldBe(HttpStatusCode.OK);

        for (var i = 0; i < 10; i++)
            (await GetAsync(_issuer.Token(Issuer.NewKey()))).Status.ShouldBe(HttpStatusCode.Unauthorized);

        _issuer.Fetches.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Token_WhileTheIssuerIsUnavailable_IsAnswered503_AndGoodOnceItIsBack()
    {
        _issuer.IsUp = false;
        await StartAsync();

        (await GetAsync(_issuer.Token(_key))).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _issuer.IsUp = true;

        await UntilAsync(_issuer.Token(_key), HttpStatusCode.OK);
    }

    public async ValueTask InitializeAsync()
    {
        _issuer = await Issuer.StartAsync();
        _key = _issuer.Rotate();
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    private async Task StartAsync(string keyRefresh = "00:00:01")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Auth:Authority"] = _issuer.Url,
            ["Auth:Audience"] = "gallery",
            ["Auth:KeyRefresh"] = keyRefresh,
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddCallerAuthentication();
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapGet("/me", (Caller caller) => caller.IsAdmin ? caller.Owner : "nobody").RequireAuthorization();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await _client!.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) : "");
    }

    /// <summary>Asks until it is answered so: when the service fetches keys can only be seen from its answers.</summary>
    private async Task UntilAsync(string token, HttpStatusCode expected)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while ((await GetAsync(token)).Status != expected)
            limit.Token.ThrowIfCancellationRequested();
    }
}
