using System.Net;
using LockNGen.Hosting;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LockNGen.Web.Tests.Authentication;

/// <summary>What browsers send from pages of this and of other sites, and programs that are no browsers.</summary>
public sealed class CrossSiteRequestsTests : IAsyncLifetime
{
    private const string Listed = "https://gallery.example.com";

    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public static TheoryData<string, string?, string?, HttpStatusCode> Requests => new()
    {
        // Method, Origin, Sec-Fetch-Site
        { "POST", null, null, HttpStatusCode.OK },
        { "POST", "OWN", null, HttpStatusCode.OK },
        { "POST", "OWN", "same-origin", HttpStatusCode.OK },
        { "POST", null, "same-origin", HttpStatusCode.OK },
        { "POST", null, "none", HttpStatusCode.OK },
        { "POST", "null", "same-origin", HttpStatusCode.OK },
        { "POST", "https://behind-a-proxy.example", "same-origin", HttpStatusCode.OK },
        { "POST", "https://evil.example", null, HttpStatusCode.Forbidden },
        { "POST", "https://evil.example", "cross-site", HttpStatusCode.Forbidden },
        { "POST", null, "cross-site", HttpStatusCode.Forbidden },
        { "POST", "null", null, HttpStatusCode.Forbidden },
        { "POST", "null", "cross-site", HttpStatusCode.Forbidden },
        { "POST", "http://127.0.0.1:1", null, HttpStatusCode.Forbidden },
        { "POST", "http://127.0.0.1:1", "same-site", HttpStatusCode.Forbidden },
        { "POST", Listed, null, HttpStatusCode.OK },
        { "POST", Listed, "cross-site", HttpStatusCode.OK },
        { "PUT", "https://evil.example", "cross-site", HttpStatusCode.Forbidden },
        { "PATCH", "https://evil.example", "cross-site", HttpStatusCode.Forbidden },
        { "DELETE", "https://evil.example", "cross-site", HttpStatusCode.Forbidden },
        { "GET", "https://evil.example", "cross-site", HttpStatusCode.OK },
        { "HEAD", "https://evil.example", "cross-site", HttpStatusCode.OK },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_FromAPage_IsServedUnlessItChangesSomethingOfAnotherSite(string method, string? origin, string? fetchSite, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/thing");
        if (origin is not null)
            request.Headers.Add("Origin", origin == "OWN" ? _app.Urls.Single() : origin);
        if (fetchSite is not null)
            request.Headers.Add("Sec-Fetch-Site", fetchSite);

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Preflight_OfAListedOrigin_IsAnswered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/thing");
        request.Headers.Add("Origin", Listed);
        request.Headers.Add("Access-Control-Request-Method", "POST");

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([Listed]);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://gallery.example.com.evil.example")]
    [InlineData("http://gallery.example.com")]
    [InlineData("null")]
    public async Task Origin_ThatIsNotListed_MayReadNothing(string origin)
    {
        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Get })
        {
            using var request = new HttpRequestMessage(method, "/thing");
            request.Headers.Add("Origin", origin);
            if (method == HttpMethod.Options)
                request.Headers.Add("Access-Control-Request-Method", "POST");

            using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

            response.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
            response.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        }
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Cors:Origins:0"] = Listed });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddCallerAuthentication();
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.Map("/thing", () => "done");
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
