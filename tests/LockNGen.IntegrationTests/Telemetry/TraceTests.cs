using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.ComfyUiSimulator;
using LockNGen.ComfyUiWatcher;
using LockNGen.Contracts;
using LockNGen.GenerationApi;
using LockNGen.Hosting;
using LockNGen.RealtimeGateway;
using LockNGen.TestSupport;
using LockNGen.WebhookNotifier;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace LockNGen.IntegrationTests.Telemetry;

/// <summary>One generation is one trace, from the client's request to the write to the socket.</summary>
public sealed class TraceTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lockngen-trace-");
    private readonly List<WebApplication> _apps = [];

    [Theory]
    [InlineData("InMemory")]
    [InlineData("RabbitMq")]
    public async Task Generation_FromSubmitToSocket_IsOneTrace(string transport)
    {
        using var trace = new RecordedTrace();
        var simulator = await StartAsync(builder => builder.AddComfyUiSimulator(), app => app.MapComfyUiSimulator(), new() { ["Simulator:StepMilliseconds"] = "0" });
        var services = await StartServicesAsync(transport, simulator);

        var called = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = await StartAsync(
            _ => { }, app => app.MapPost("/hook", (HttpRequest request) => { called.TrySetResult(request.Headers.TraceParent.ToString()); }), []);

        var id = await SubmitAsync(services, trace.TraceParent, new Uri(receiver, "/hook"));
        await using var client = await ProgressClient.ConnectAsync(services, $"generationId={id}&after=0&trace=1");
        await client.UntilAsync(GenerationEventTypes.Completed);

        await trace.SpanAsync("Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.HttpRequestIn");
        await trace.SpanAsync("LockNGen.GenerationApi", "publish event", GenerationEventTypes.Queued);
        await trace.SpanAsync("LockNGen.GenerationApi", "dispatch generation");
        await trace.SpanAsync("LockNGen.GenerationApi", "claim generation");
        await trace.SpanAsync("LockNGen.ComfyUiWatcher", "render generation");
        await trace.SpanAsync("System.Net.Http", "System.Net.Http.HttpRequestOut");
        await trace.SpanAsync("LockNGen.RealtimeGateway", "deliver event", GenerationEventTypes.Image);
        var last = await trace.SpanAsync("LockNGen.RealtimeGateway", "deliver event", GenerationEventTypes.Completed);
        last.GetTagItem("lockngen.generation").ShouldBe(id);
        client.Seen.Where(f => GenerationEventTypes.All.Contains(ProgressClient.TypeOf(f))).ShouldAllBe(e => e.GetProperty("traceparent").GetString()!.StartsWith($"00-{trace.Id}-"));
        var callback = await trace.SpanAsync("LockNGen.WebhookNotifier", "deliver webhook", GenerationEventTypes.Completed);
        (await called.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).ShouldBe(callback.Id);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var app in Enumerable.Reverse(_apps))
        {
            await app.StopAsync(TestContext.Current.CancellationToken);
            await app.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    private async Task<Uri> StartServicesAsync(string transport, Uri simulator)
    {
        var port = FreePorts.Take();
        return await StartAsync(
            builder =>
            {
                builder.AddServiceDefaults();
                builder.AddGenerationApi();
                builder.AddComfyUiWatcher();
                builder.AddRealtimeGateway();
                builder.AddWebhookNotifier();
            },
            app =>
            {
                app.MapServiceDefaults();
                app.MapGenerationApi();
                app.MapRealtimeGateway();
                app.MapWebhookNotifier();
            },
            new()
            {
                ["Bus:Transport"] = transport,
                ["ConnectionStrings:rabbitmq"] = transport == "RabbitMq" ? await broker.CreateVirtualHostAsync() : null,
                ["Storage:DataPath"] = _data.FullName,
                ["ComfyUi:Instances:0:Url"] = simulator.ToString(),
                ["Webhooks:AllowPrivateAddresses"] = "true",
                ["Drain:Seconds"] = "0",
            },
            port);
    }

    private async Task<Uri> StartAsync(Action<WebApplicationBuilder> add, Action<WebApplication> map, Dictionary<string, string?> settings, int? port = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration["urls"] = $"http://127.0.0.1:{port ?? FreePorts.Take()}";
        add(builder);
        var app = builder.Build();
        _apps.Add(app);
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(app.Urls.First());
    }

    private static async Task<Guid> SubmitAsync(Uri services, string traceParent, Uri webhookUrl)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = services };
        http.DefaultRequestHeaders.Add("traceparent", traceParent);
        using var response = await http.PostAsJsonAsync(
            "api/generations",
            new { template = "txt2img", parameters = new { prompt = "a lighthouse", steps = 4, width = 256, height = 256 }, webhookUrl },
            TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid();
    }
}
