using System.Globalization;
using System.Text.Json;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>The real API on a real broker, watchers and ComfyUI servers, each a process that can be killed and frozen; and a subscriber.</summary>
internal sealed class Farm : IAsyncDisposable
{
    private const string StreamBytes = "67108864";

    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-farm-").FullName;
    private readonly string _broker;
    private readonly IHost _subscriber;
    private readonly List<FarmServer> _servers = [];
    private readonly List<ServiceProcess> _watchers = [];
    private ServiceProcess? _api;

    private Farm(string broker)
    {
        _broker = broker;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Bus:StreamMaxBytes"] = StreamBytes,
        });
        builder.AddBus(Events.AddTo);
        _subscriber = builder.Build();
    }

    public EventLog Events { get; } = new();

    public ServiceProcess Api => _api!;

    /// <summary>The servers, named comfy-0, comfy-1 and so on, of both versions in turn.</summary>
    public IReadOnlyList<FarmServer> Servers => _servers;

    public static async Task<Farm> StartAsync(string broker, int servers, int stepMilliseconds)
    {
        var farm = new Farm(broker);
        await farm._subscriber.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < servers; i++)
            farm._servers.Add(new FarmServer($"comfy-{i}", i % 2 == 0 ? "A" : "B", stepMilliseconds));
        var port = FreePorts.Take();
        farm._api = ServiceProcess.Start("LockNGen.GenerationApi", new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = broker,
            ["ConnectionStrings__generations"] = $"Data Source={Path.Combine(farm._data, "lockngen.db")}",
            ["Storage__DataPath"] = farm._data,
            ["Bus__StreamMaxBytes"] = StreamBytes,
        }, port);
        await farm.Api.ReadyAsync(TestContext.Current.CancellationToken);
        return farm;
    }

    /// <summary>Starts a watcher of all servers without waiting for it.</summary>
    public ServiceProcess StartWatcher(string name)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = _broker,
            ["Bus__StreamMaxBytes"] = StreamBytes,
            ["Watcher__Name"] = name,
            ["ComfyUi__PollInterval"] = "00:00:00.500",
            ["ComfyUi__RequestTimeout"] = "00:00:02",
            ["ComfyUi__LostAfter"] = "00:00:01",
            ["ComfyUi__SilentAfter"] = "00:00:03",
            // However slow the machine: what a killed watcher leaves is adopted, not stopped.
            ["ComfyUi__OrphanedAfter"] = "00:10:00",
        };
        for (var i = 0; i < _servers.Count; i++)
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"ComfyUi__Instances__{i}__Url")] = _servers[i].Process.Url.ToString();
            settings[string.Create(CultureInfo.InvariantCulture, $"ComfyUi__Instances__{i}__Name")] = _servers[i].Name;
        }

        var watcher = ServiceProcess.Start("LockNGen.ComfyUiWatcher", settings);
        _watchers.Add(watcher);
        return watcher;
    }

    /// <summary>Waits until the API knows that every server works, and whose it is.</summary>
    public async Task UntilAllUpAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await AreAllUpAsync(deadline.Token))
            await Task.Delay(100, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _subscriber.StopAsync();
        _subscriber.Dispose();
        foreach (var process in _watchers.Append(Api).Concat(_servers.Select(s => s.Process)))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{process.Url}:\n{process.Log}\n");
            await process.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    private async Task<bool> AreAllUpAsync(CancellationToken cancellationToken)
    {
        using var answer = JsonDocument.Parse(await Api.Http.GetStringAsync("api/instances", cancellationToken));
        var up = answer.RootElement.GetProperty("instances").EnumerateArray().Where(i => i.GetProperty("state").GetString() == "up")
            .Select(i => i.GetProperty("name").GetString()).ToHashSet();
        return _servers.TrueForAll(s => up.Contains(s.Name));
    }
}
