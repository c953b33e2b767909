using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>A watcher, a ledger and a subscriber on one in-memory bus, with real sockets to the given servers.</summary>
internal sealed class WatcherHost : IAsyncDisposable
{
    public const string Watcher = "watcher-under-test";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly LineLog _log;

    private WatcherHost(WebApplication app, LineLog log, FakeLedger ledger, EventLog events)
    {
        _app = app;
        _log = log;
        Ledger = ledger;
        Events = events;
    }

    public FakeLedger Ledger { get; }

    public EventLog Events { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it and waits until it has taken the servers, which are named comfy-0, comfy-1 and so on.</summary>
    public static Task<WatcherHost> StartAsync(IReadOnlyList<string> servers, params (string Key, string Value)[] settings) =>
        StartAsync(servers, _ => { }, settings);

    /// <inheritdoc cref="StartAsync(IReadOnlyList{string}, ValueTuple{string, string}[])"/>
    public static async Task<WatcherHost> StartAsync(
        IReadOnlyList<string> servers, Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        var log = new TestOutputLoggerProvider();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log).AddFilter("MassTransit", LogLevel.Warning)
            .AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).SetMinimumLevel(LogLevel.Debug);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "InMemory",
            ["Bus:RequestTimeout"] = "00:00:02",
            ["Watcher:Name"] = Watcher,
            ["ComfyUi:PollInterval"] = "00:00:00.200",
            ["ComfyUi:RequestTimeout"] = "00:00:02",
            ["ComfyUi:LostAfter"] = "00:00:01",
            ["ComfyUi:SilentAfter"] = "00:00:02",
            ["ComfyUi:OrphanedAfter"] = "00:00:01",
        });
        builder.Configuration.AddInMemoryCollection(
            servers.SelectMany((url, i) => new KeyValuePair<string, string?>[]
            {
                new($"ComfyUi:Instances:{i}:Url", url),
                new($"ComfyUi:Instances:{i}:Name", $"comfy-{i}"),
            }));
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        var ledger = new FakeLedger();
        var events = new EventLog();
        builder.AddServiceDefaults();
        configure(builder.Services);
        builder.AddComfyUiWatcher();
        builder.AddBus(bus =>
        {
            ledger.AddTo(bus);
            events.AddTo(bus);
        });
        var app = builder.Build();
        app.MapServiceDefaults();
        ledger.Store.Map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        ledger.Url = app.Urls.Single();
        return new WatcherHost(app, log.Lines, ledger, events);
    }

    /// <summary>Everything that was logged so far.</summary>
    public string Log => _log.Text;

    /// <summary>Waits until a line with this text has been logged.</summary>
    public Task LoggedAsync(string text) => _log.SeenAsync(text);

    /// <summary>Waits until an instance has been reported to the ledger in this state.</summary>
    public async Task<InstanceReport> WaitForStateAsync(string instance, InstanceState state)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        return await Ledger.WaitForReportAsync(instance, r => r.State == state, deadline.Token);
    }

    /// <summary>Dispatches a generation as the scheduler would, once the instance is up.</summary>
    public async Task<LedgerRow> SubmitAsync(JsonElement workflow, int images = 1, string instance = "comfy-0")
    {
        await WaitForStateAsync(instance, InstanceState.Up);
        var row = Ledger.Add(workflow, instance, images);
        await DispatchAsync(row);
        return row;
    }

    public async Task DispatchAsync(LedgerRow row)
    {
        row.Dispatched = true;
        await SendAsync(new SubmitGeneration { GenerationId = row.Id, Instance = row.Instance });
    }

    public Task CancelAsync(LedgerRow row, GenerationError? error = null) =>
        SendAsync(new CancelGeneration { GenerationId = row.Id, Instance = row.Instance, Reason = "user", Error = error });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private Task SendAsync<T>(T command)
        where T : class =>
        Services.GetRequiredService<CommandClient>().SendAsync(BusQueues.Watcher(Watcher), command, TestContext.Current.CancellationToken);
}
