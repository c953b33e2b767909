using System.Net;

namespace LockNGen.RealtimeGateway.Tests.Gallery;

public sealed class GalleryEndpointsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gallery").FullName;
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "assets"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "index.html"), "<!doctype html>page");
        await File.WriteAllTextAsync(Path.Combine(_folder, "assets", "app-1a2b.js"), "plain");
        await File.WriteAllTextAsync(Path.Combine(_folder, "assets", "app-1a2b.js.br"), "squeezed");
        await File.WriteAllTextAsync(Path.Combine(_folder, "favicon.svg"), "<svg/>");
        _gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Gallery:Path"] = _folder,
            ["Gallery:ApiUrl"] = "https://api.example.com",
            ["Gallery:MediaUrl"] = "https://s3.example.com",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("public")]
    [InlineData("diagnostics")]
    public async Task Page_AtEachOfItsAddresses_IsTheSameFileUnderAPolicy(string path)
    {
        using var answer = await _gateway.Http.GetAsync(path);

        (await answer.Content.ReadAsStringAsync()).ShouldBe("<!doctype html>page");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("connect-src 'self' https://api.example.com");
        policy.ShouldContain("img-src 'self' data: blob: https://api.example.com https://s3.example.com;");
    }

    [Fact]
    public async Task HashedAsset_ForABrowser_IsTheCompressedFileForever()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "assets/app-1a2b.js");
        request.Headers.Add("Accept-Encoding", "gzip, br");
        using var answer = await _gateway.Http.SendAsync(request);

        (await answer.Content.ReadAsStringAsync()).ShouldBe("squeezed");
        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
    }

    [Fact]
    public async Task HashedAsset_ForAPlainClient_IsThePlainFile()
    {
        using var answer = await _gateway.Http.GetAsync("assets/app-1a2b.js");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("plain");
        answer.Headers.Vary.ShouldContain("Accept-Encoding");
    }

    [Theory]
    [InlineData("assets/missing.js")]
    [InlineData("nowhere")]
    [InlineData("api/nowhere")]
    [InlineData("assets/..%2f..%2fetc/passwd.txt")]
    public async Task AnythingElse_Is404(string path)
    {
        using var answer = await _gateway.Http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Config_NamesTheAddressesOfTheServices() =>
        (await _gateway.Http.GetStringAsync("config.json")).ShouldBe("""{"apiUrl":"https://api.example.com","realtimeUrl":""}""");

    [Fact]
    public async Task Page_ThatIsNotBuilt_SaysHowToBuildIt()
    {
        await using var bare = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Gallery:Path"] = Path.Combine(_folder, "nothing") });
        (await bare.Http.GetStringAsync("")).ShouldContain("npm run build");
    }
}
