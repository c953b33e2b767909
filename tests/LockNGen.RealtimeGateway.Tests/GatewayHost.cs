using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Broker;
using LockNGen.RealtimeGateway.History;
using LockNGen.TestSupport;
using LockNGen.Web.Authentication;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LockNGen.RealtimeGateway.Tests;

/// <summary>A gateway in the test's own process, on a real socket: over the in-memory bus, or over a broker when its address is given.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, StandInApi api)
    {
        _app = app;
        Api = api;
        Url = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Url };
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    /// <summary>Answers for the GenerationApi.</summary>
    public StandInApi Api { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<GatewayHost> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, string? broker = null, TimeProvider? clock = null,
        Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = broker is null ? "InMemory" : "RabbitMq",
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Drain:Seconds"] = "0",
            ["Logging:LogLevel:Default"] = Environment.GetEnvironmentVariable("TEST_LOG_LEVEL") ?? "None",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (clock is not null)
            builder.Services.AddSingleton(clock);
        builder.AddServiceDefaults();
        builder.AddRealtimeGateway();
        services?.Invoke(builder.Services);
        var api = new StandInApi();
        builder.AddBus(parts => parts.Endpoint(BusQueues.GenerationApi, (_, endpoint) => endpoint.Instance(api)));
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapSession();
        app.MapRealtimeGateway();
        await app.StartAsync();
        return new GatewayHost(app, api);
    }

    /// <summary>Waits until <c>/health/ready</c> says yes.</summary>
    public Task ReadyAsync() => UntilAsync(async limit => (await Http.GetAsync("health/ready", limit)).IsSuccessStatusCode);

    /// <summary>Waits until the broker sends this gateway the progress of a generation that somebody watches here.</summary>
    public Task HasProgressOfAsync(Guid generationId) =>
        UntilAsync(_ => Task.FromResult(Services.GetRequiredService<PartitionBindings>().Has(generationId)));

    /// <summary>Waits until this gateway has an event of a generation, without watching it.</summary>
    public Task KnowsAsync(Guid generationId, long sequence) =>
        UntilAsync(_ => Task.FromResult(Services.GetRequiredService<GenerationLogs>().TryGet(generationId, out var log) && log.LastSequence >= sequence));

    /// <summary>Publishes events one after the other, as their publisher would.</summary>
    public async Task PublishAsync(params IEnumerable<GenerationEvent> events)
    {
        var publisher = Services.GetRequiredService<EventPublisher>();
        foreach (var message in events)
            await publisher.PostAsync(message, new EventContext(Owner, TraceParent), CancellationToken.None);
    }

    /// <summary>Publishes events of one generation, and returns once this gateway has all of them.</summary>
    public async Task PublishAndSeeAsync(params IEnumerable<GenerationEvent> events)
    {
        var all = events.ToList();
        await using var witness = await ProgressClient.ConnectAsync(Url, $"generationId={all[0].GenerationId}&after=0");
        await PublishAsync(all);
        await witness.UntilAsync(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() == all[^1].Sequence);
    }

    /// <summary>The owner that published events carry.</summary>
    public string? Owner { get; set; }

    /// <summary>The trace that published events carry.</summary>
    public string? TraceParent { get; set; }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Waits for a state that can only be asked for.</summary>
    private static async Task UntilAsync(Func<CancellationToken, Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition(limit.Token))
            await Task.Delay(20, limit.Token);
    }
}
