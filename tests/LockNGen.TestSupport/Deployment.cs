using System.Globalization;

namespace LockNGen.TestSupport;

/// <summary>The product as separate processes on a real RabbitMQ: an API on SQLite, a watcher, a simulated ComfyUI and gateways.</summary>
public sealed class Deployment : IAsyncDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-").FullName;
    private readonly Dictionary<string, string> _common;
    private readonly List<ServiceProcess> _started = [];

    private Deployment(string broker)
    {
        _common = new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = broker,
            ["ConnectionStrings__generations"] = $"Data Source={Path.Combine(_data, "lockngen.db")}",
            ["Storage__DataPath"] = _data,
            ["Bus__StreamMaxBytes"] = "67108864",
            // Nothing listens there: calls between services, and to a ComfyUI without Proxy, must not use the proxy of the environment.
            ["HTTP_PROXY"] = "http://127.0.0.1:9",
        };
    }

    /// <summary>The simulated ComfyUI, named <c>gpu-1</c>.</summary>
    public ServiceProcess Simulator { get; private set; } = null!;

    /// <summary>The GenerationApi.</summary>
    public ServiceProcess Api { get; private set; } = null!;

    /// <summary>The first watcher.</summary>
    public ServiceProcess Watcher { get; private set; } = null!;

    /// <summary>The gateways, in the order of their start.</summary>
    public IReadOnlyList<ServiceProcess> Gateways { get; private set; } = [];

    /// <summary>Starts everything at once, in no particular order, and waits until all are ready and the instance can be used.</summary>
    public static async Task<Deployment> StartAsync(
        RabbitMqBroker broker, int gateways = 1, int stepMilliseconds = 20, IReadOnlyDictionary<string, string>? apiSettings = null,
        IReadOnlyDictionary<string, string>? simulatorSettings = null) =>
        await StartAsync(await broker.CreateVirtualHostAsync(), gateways, stepMilliseconds, apiSettings, simulatorSettings);

    /// <summary>The same on the broker of these addresses.</summary>
    public static async Task<Deployment> StartAsync(
        string addresses, int gateways = 1, int stepMilliseconds = 20, IReadOnlyDictionary<string, string>? apiSettings = null,
        IReadOnlyDictionary<string, string>? simulatorSettings = null)
    {
        var deployment = new Deployment(addresses);
        deployment.Gateways = [.. Enumerable.Range(0, gateways).Select(_ => deployment.StartGateway())];
        deployment.Simulator = deployment.Start(
            "LockNGen.ComfyUiSimulator", new(simulatorSettings ?? new Dictionary<string, string>())
            {
                ["Simulator__StepMilliseconds"] = stepMilliseconds.ToString(CultureInfo.InvariantCulture),
            });
        deployment.Watcher = deployment.StartWatcher("watcher-a");
        deployment.Api = deployment.Start("LockNGen.GenerationApi", new(apiSettings ?? new Dictionary<string, string>()));
        await Task.WhenAll(deployment._started.Where(s => s != deployment.Simulator).Select(s => s.ReadyAsync()));
        return deployment;
    }

    /// <summary>Its virtual host.</summary>
    public Uri Broker => new(_common["ConnectionStrings__rabbitmq"]);

    /// <summary>Starts a webhook notifier; the caller waits for it.</summary>
    public ServiceProcess StartNotifier() => Start("LockNGen.WebhookNotifier", []);

    /// <summary>Starts a door for programs made for ComfyUI; the caller waits for it.</summary>
    public ServiceProcess StartDoor(IReadOnlyDictionary<string, string>? settings = null) =>
        Start("LockNGen.ComfyDoors", new(settings ?? new Dictionary<string, string>()) { ["ComfyDoors__ApiUrl"] = Api.Url.ToString() });

    /// <summary>Starts one more gateway; the caller waits for it.</summary>
    public ServiceProcess StartGateway() => Start("LockNGen.RealtimeGateway", []);

    /// <summary>Starts one more watcher of the same instance; the caller waits for it.</summary>
    public ServiceProcess StartWatcher(string name) => Start("LockNGen.ComfyUiWatcher", new()
    {
        ["Watcher__Name"] = name,
        ["ComfyUi__Instances__0__Url"] = Simulator.Url.ToString(),
        ["ComfyUi__Instances__0__Name"] = "gpu-1",
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _started)
            await service.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private ServiceProcess Start(string project, Dictionary<string, string> settings)
    {
        foreach (var (name, value) in _common)
            settings.TryAdd(name, value);
        var service = ServiceProcess.Start(project, settings);
        _started.Add(service);
        return service;
    }
}
