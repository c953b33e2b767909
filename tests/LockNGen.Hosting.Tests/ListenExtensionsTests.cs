using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.Hosting.Tests;

public sealed class ListenExtensionsTests
{
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("localhost:5173", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:80", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.BadRequest)]
    public async Task Request_OfALoopbackService_IsServedUnderLoopbackNamesOnly(string host, HttpStatusCode expected) =>
        (await GetAsync(["--urls=http://127.0.0.1:0"], host)).ShouldBe(expected);

    [Fact]
    public async Task Request_UnderANameThatTheOperatorAllows_IsServed() =>
        (await GetAsync(["--urls=http://127.0.0.1:0", "--AllowedHosts=gallery.example.com"], "gallery.example.com")).ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0;http://[::]:0")]
    public async Task Request_OfAServiceThatOthersReach_IsServedUnderAnyName(string urls) =>
        (await GetAsync(["--urls=" + urls], "api.example.com")).ShouldBe(HttpStatusCode.OK);

    private static async Task<HttpStatusCode> GetAsync(string[] arguments, string host)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        builder.Logging.ClearProviders();
        builder.ListenLocally(5080);
        await using var app = builder.Build();
        app.MapGet("/", () => "here");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder("http", "127.0.0.1", BindingAddress.Parse(app.Urls.First()).Port).Uri);
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
