using System.Diagnostics;
using System.Net.Http.Json;
using LockNGen.ComfyUiSimulator;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LockNGen.IntegrationTests.Start;

/// <summary>What ./run reports about a ComfyUI server before it starts.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task Server_ThatIsWell_IsDescribed()
    {
        await using var comfy = await StartAsync();
        var url = comfy.Urls.First();

        var told = await ProbeAsync(url);
        told.ShouldMatch($"^{url}: ComfyUI [0-9.]+, .+, 2 checkpoints, [0-9]+ node classes, live progress works\\.$");
        // As people copy it from elsewhere.
        (await ProbeAsync(url.Replace("http://", "ws://", StringComparison.Ordinal) + "/ws")).ShouldBe(told);
        (await ProbeAsync(url + "/")).ShouldBe(told);
    }

    [Fact]
    public async Task Server_ThatIsNotThere_IsWaitedFor() =>
        (await ProbeAsync($"http://127.0.0.1:{FreePorts.Take()}")).ShouldContain("does not answer yet");

    [Theory]
    [InlineData(401, "text/plain")]
    [InlineData(403, "text/html")]
    [InlineData(302, "text/html")]
    public async Task Login_IsNamedWithHowToGiveIt_AndPassedWithIt(int status, string contentType)
    {
        await using var comfy = await StartAsync();
        await AnswerAsync(comfy, new { status, contentType, unless = "Authorization: Bearer t0k", headers = new { Location = "https://sso.example/" } });

        var refused = await ProbeAsync(comfy.Urls.First());
        refused.ShouldContain($"wants a login (it answered {status}): give it with --header 'Name: value' or --user name:password");
        var let = await ProbeAsync(comfy.Urls.First(), "Authorization: Bearer t0k");
        let.ShouldContain("live progress works");
        let.ShouldNotContain("t0k");
    }

    [Fact]
    public async Task User_OfTheAddress_IsSentAndNotShown()
    {
        await using var comfy = await StartAsync();
        var basic = Convert.ToBase64String("me:pass:word"u8);
        await AnswerAsync(comfy, new { status = 401, unless = "Authorization: Basic " + basic });

        var told = await ProbeAsync(comfy.Urls.First().Replace("http://", "http://me:pass%3Aword@", StringComparison.Ordinal));

        told.ShouldContain("live progress works");
        told.ShouldNotContain("pass");
    }

    [Fact]
    public async Task Page_InTheServersPlace_IsNotTakenForComfyUi()
    {
        await using var comfy = await StartAsync();
        await AnswerAsync(comfy, new { status = 200, contentType = "text/html", body = "<html>welcome</html>" });

        (await ProbeAsync(comfy.Urls.First())).ShouldContain("does not answer as ComfyUI does, but with a page, perhaps a login or a proxy (200)");
    }

    [Fact]
    public async Task WebSocket_ThatDoesNotGetThrough_IsReported()
    {
        await using var comfy = await StartAsync();
        await AnswerAsync(comfy, new { webSocket = true, status = 403 });

        (await ProbeAsync(comfy.Urls.First())).ShouldContain("no live progress: its WebSocket was answered 403");
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Simulator:Checkpoints:0"] = "one.safetensors",
            ["Simulator:Checkpoints:1"] = "two.safetensors",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.AddComfyUiSimulator();
        var app = builder.Build();
        app.MapComfyUiSimulator();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task AnswerAsync(WebApplication comfy, object answer)
    {
        using var http = new HttpClient();
        using var response = await http.PostAsJsonAsync(comfy.Urls.First() + "/simulator/answers", answer, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<string> ProbeAsync(string address, params string[] headers)
    {
        var script = System.IO.Path.Combine(Repository.Root, "services", "LockNGen.Standalone", "probe-comfyui.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, address, .. headers]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var told = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        node.ExitCode.ShouldBe(0);
        return told.Trim();
    }
}
