using LockNGen.ComfyUiWatcher.Options;
using LockNGen.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Tests.Options;

public sealed class ComfyUiOptionsTests
{
    [Theory]
    [InlineData("http://gpu1:8188", "http://gpu1:8188/")]
    [InlineData("ws://localhost:8188/ws", "http://localhost:8188/")]
    [InlineData("https://gpu.example/comfy/", "https://gpu.example/comfy/")]
    [InlineData("wss://gpu.example/comfy/ws", "https://gpu.example/comfy/")]
    [InlineData("ws://gpu1:8188/ws/?clientId=1&token=t0k", "http://gpu1:8188/")]
    [InlineData("https://user:pa%3Ass@gpu.example/comfy", "https://gpu.example/comfy/")]
    [InlineData("http://[::1]:8188", "http://[::1]:8188/")]
    public void Address_InAnyUsualForm_IsTheServer(string url, string server) =>
        ServerAddress.Parse(url)!.Server.ToString().ShouldBe(server);

    [Fact]
    public void Address_WithUserAndToken_GivesThemToRequestsOnly()
    {
        var address = ServerAddress.Parse("wss://us%40er:pa%3Ass@gpu.example/ws?clientId=7&token=t0k")!;

        (address.Query, address.User, address.Password).ShouldBe(("token=t0k", "us@er", "pa:ss"));
        address.Authorization.ShouldBe("Basic dXNAZXI6cGE6c3M=");
        new ComfyUiInstanceOptions { Url = "https://u:p4ss@gpu.example?token=t0k" }.DisplayName.ShouldBe("gpu.example");
    }

    [Theory]
    [InlineData("u:p4ss@gpu1?token=t0k", "***@gpu1")]
    [InlineData("htp://u:p4ss@gpu1", "htp://***@gpu1")]
    [InlineData("http://u:p4/ss@x@gpu1?a=@", "http://***@gpu1")]
    public void Address_ThatIsNone_IsShownWithoutItsSecrets(string url, string shown) => ServerAddress.WithoutSecrets(url).ShouldBe(shown);

    [Fact]
    public void Server_WhereNoneIsNamed_IsTheOneOfThisMachine()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Bus:Transport"] = "InMemory" });
        builder.AddServiceDefaults();
        builder.AddComfyUiWatcher();
        using var services = builder.Services.BuildServiceProvider();

        var server = services.GetRequiredService<IOptions<ComfyUiOptions>>().Value.Instances.ShouldHaveSingleItem();

        ServerAddress.Parse(server.Url)!.Server.ShouldBe(new Uri("http://127.0.0.1:8188/"));
    }

    [Theory]
    [InlineData("ComfyUi:Instances:0:Url", "user:p4ss@gpu1", "Url '***@gpu1' is not")]
    [InlineData("ComfyUi:Instances:0:Headers:Content-Length", "7", "Headers:Content-Length is not a request header")]
    [InlineData("ComfyUi:Instances:0:Headers:Upgrade", "h2c", "Headers:Upgrade cannot be set")]
    [InlineData("ComfyUi:Instances:0:Headers:X-Key", "file:/no/such/file", "Headers:X-Key is to be read from '/no/such/file', which is not there")]
    [InlineData("ComfyUi:Instances:0:CaFile", "/no/such/file", "CaFile '/no/such/file' cannot be read")]
    [InlineData("ComfyUi:Instances:0:Proxy", "proxy:3128", "Proxy 'proxy:3128' is neither")]
    [InlineData("ComfyUi:MaxFrameBytes", "1", "MaxFrameBytes")]
    [InlineData("ComfyUi:Instances:0:Url", "gpu1", "ComfyUi:Instances:0:Url 'gpu1' is not the address of a server")]
    [InlineData("ComfyUi:Instances:0:Capacity", "0", "ComfyUi:Instances:0: The field Capacity must be between 1 and 100.")]
    [InlineData("ComfyUi:Instances:1:Name", "a", "the name 'a' is used 2 times")]
    [InlineData("ComfyUi:Discovery:0:Port", "0", "ComfyUi:Discovery:0: The Host field is required")]
    [InlineData("ComfyUi:PollInterval", "00:01:00", "PollInterval")]
    [InlineData("ComfyUi:PreviewMethod", "best", "PreviewMethod")]
    [InlineData("Watcher:Name", "two words", "Name")]
    [InlineData("Watcher:PublicUrl", "nowhere", "PublicUrl")]
    public async Task Start_WithABadOption_FailsWithItsName(string key, string value, string message)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "InMemory",
            ["ComfyUi:Instances:0:Url"] = "http://127.0.0.1:9",
            ["ComfyUi:Instances:0:Name"] = "a",
            ["ComfyUi:Instances:1:Url"] = "http://127.0.0.1:9",
            ["ComfyUi:Instances:1:Name"] = "b",
            [key] = value,
        });
        builder.AddServiceDefaults();
        builder.AddComfyUiWatcher();
        await using var app = builder.Build();

        var failure = await Should.ThrowAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        failure.Message.ShouldContain(message);
    }
}
