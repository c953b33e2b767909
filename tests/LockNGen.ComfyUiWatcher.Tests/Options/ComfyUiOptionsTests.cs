using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
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
    public void Address_InAnyUsualForm_IsTheServer(string url, string server) =>
        new ComfyUiInstanceOptions { Url = url }.Server!.ToString().ShouldBe(server);

    [Theory]
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
