using System.Collections.Concurrent;
using System.Net.Http.Json;
using LockNGen.Contracts;
using LockNGen.FaultTests.Rig;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.FaultTests.Readers;

/// <summary>A user's server that receives callbacks, and sometimes refuses, hangs or cuts the connection.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Path, Guid Generation, string Type), string> _taken = new();
    private readonly WebApplication _app;
    private readonly Published _published;
    private readonly Journal _journal;

    private WebhookReceiver(WebApplication app, Published published, Journal journal) => (_app, _published, _journal) = (app, published, journal);

    /// <summary>The address to give with a generation.</summary>
    public Uri OfGeneration => new(Address, "generation");

    private Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<WebhookReceiver> StartAsync(Published published, Journal journal)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build(), published, journal);
        receiver._app.MapPost("/{path}", receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Registers a webhook for the outcomes and pictures of all owners.</summary>
    public async Task RegisterAsync(Uri notifier, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = notifier };
        using var answer = await http.PostAsJsonAsync(
            "api/webhooks",
            new
            {
                url = new Uri(Address, "all"),
                allOwners = true,
                eventTypes = new[] { GenerationEventTypes.Image, GenerationEventTypes.Completed, GenerationEventTypes.Failed, GenerationEventTypes.Cancelled },
            },
            cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Whether the outcome of a generation was delivered where the generation asked for it, or where all are.</summary>
    public bool HasOutcome(Guid generation, string type, bool ofGeneration) => _taken.ContainsKey((ofGeneration ? "generation" : "all", generation, type));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context, string path)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var frame = Frame.Read(body.ToArray())!.Value;
        var mood = Random.Shared.NextDouble();
        _journal.Write("webhooks", $"{frame.Generation} {frame.Type} {frame.Sequence} to /{path}{(mood < 0.2 ? ", refused" : "")}");
        switch (mood)
        {
            case < 0.1:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            case < 0.15:
                context.Abort();
                return;
            case < 0.18:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "1";
                return;
            case < 0.2:
                // Longer than the notifier waits.
                await Task.Delay(TimeSpan.FromSeconds(3), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                return;
        }

        _taken[(path, frame.Generation, frame.Type)] = frame.Json;
        _published.Take("webhook", frame);
    }
}
