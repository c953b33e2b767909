using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>Something that answers in ComfyUI's place, byte for byte as the test wants it.</summary>
internal sealed class Front : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Front(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<Front> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => answer(context));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Front(app);
    }

    /// <summary>The way to it.</summary>
    public ServerAccess Access(string scheme = "http://") =>
        new(ServerAddress.Parse(Url.Replace("http://", scheme, StringComparison.Ordinal))!, new ComfyUiInstanceOptions());

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
