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

/// <summary>A ledger with a scheduler and a subscriber on a real broker, for watchers in separate processes.</summary>
internal sealed class LedgerHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _broker;
    private readonly Timer _scheduler;
    private readonly List<(string Name, ServiceProcess Process)> _watchers = [];

    private LedgerHost(WebApplication app, string broker, FakeLedger ledger, EventLog events)
    {
        _app = app;
        _broker = broker;
        Ledger = ledger;
        Events = events;
        var commands = app.Services.GetRequiredService<CommandClient>();
        ledger.Dispatch = (row, watcher) => commands.SendAsync(
            BusQueues.Watcher(watcher), new SubmitGeneration { GenerationId = row.Id, Instance = row.Instance }, CancellationToken.None);
        _scheduler = new Timer(_ => _ = ledger.ScheduleAsync(), state: null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    public FakeLedger Ledger { get; }

    public EventLog Events { get; }

    public static async Task<LedgerHost> StartAsync(string broker)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Bus:StreamMaxBytes"] = (64L << 20).ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        var ledger = new FakeLedger();
        var events = new EventLog();
        builder.AddServiceDefaults();
        builder.AddBus(bus =>
        {
            ledger.AddTo(bus);
            events.AddTo(bus);
        });
        var app = builder.Build();
        ledger.Store.Map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        ledger.Url = app.Urls.Single();
        return new LedgerHost(app, broker, ledger, events);
    }

    public ServiceProcess StartWatcher(string name, IReadOnlyList<string> servers)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = _broker,
            ["Bus__StreamMaxBytes"] = (64L << 20).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Watcher__Name"] = name,
        };
        for (var i = 0; i < servers.Count; i++)
        {
            settings[$"ComfyUi__Instances__{i}__Url"] = servers[i];
            settings[$"ComfyUi__Instances__{i}__Name"] = $"comfy-{i}";
        }

        var watcher = ServiceProcess.Start("LockNGen.ComfyUiWatcher", settings);
        _watchers.Add((name, watcher));
        return watcher;
    }

    /// <summary>Waits until some watcher has the instance and it works, and returns the watcher's name.</summary>
    public async Task<string> WaitForOwnerAsync(string instance)
    {
        await Ledger.WaitForReportAsync(
            instance, r => r.State == InstanceState.Up && Ledger.OwnerOf(instance) is not null, TestContext.Current.CancellationToken);
        return Ledger.OwnerOf(instance)!;
    }

    public LedgerRow Submit(System.Text.Json.JsonElement workflow, string instance = "comfy-0", int images = 1)
    {
        var row = Ledger.Add(workflow, instance, images);
        row.Dispatched = true;
        return row;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (name, watcher) in _watchers)
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} ({watcher.Url}):\n{watcher.Log}\n");
        await _scheduler.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
