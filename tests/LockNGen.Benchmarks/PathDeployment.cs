using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>Simulated servers, and API, watcher and gateways as separate processes on one broker, each with its metrics.</summary>
internal sealed class PathDeployment : IAsyncDisposable
{
    private readonly string _broker;
    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-bench-").FullName;
    private readonly List<SimulatorHost> _servers = [];
    private readonly List<ServiceProcess> _services = [];
    private readonly List<ServiceProcess> _gateways = [];

    private PathDeployment(string broker) => _broker = broker;

    public ServiceProcess Api { get; private set; } = null!;

    public MeasuredService Watcher { get; private set; } = null!;

    public List<MeasuredService> Gateways { get; } = [];

    public static async Task<PathDeployment> StartAsync(RabbitMqBroker broker, int instances, int stepMilliseconds)
    {
        var deployment = new PathDeployment(await broker.CreateVirtualHostAsync());
        try
        {
            await deployment.StartAsync(instances, stepMilliseconds);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts gateways until there are this many.</summary>
    public async Task AddGatewaysAsync(int count)
    {
        while (_gateways.Count < count)
        {
            var settings = new Dictionary<string, string>
            {
                ["Connections__MaxPerClient"] = "10000",
                ["Connections__AttemptsPerMinute"] = "1000000",
            };
            var metrics = MeasuredService.Expose(settings);
            var gateway = Start("LockNGen.RealtimeGateway", settings);
            await gateway.ReadyAsync();
            _gateways.Add(gateway);
            Gateways.Add(new MeasuredService(gateway.Id, metrics));
        }
    }

    /// <summary>Where the clients of the n-th generation go.</summary>
    public Uri AddressOf(int n, Guid generation) =>
        new(string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{_gateways[n % _gateways.Count].Url.Port}/api/ws/progress?generationId={generation}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in Gateways)
            gateway.Dispose();
        Watcher?.Dispose();
        foreach (var service in Enumerable.Reverse(_services))
            await service.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task StartAsync(int instances, int stepMilliseconds)
    {
        _servers.AddRange(await Task.WhenAll(Enumerable.Range(0, instances).Select(_ =>
            SimulatorHost.StartAsync(("StepMilliseconds", stepMilliseconds.ToString(CultureInfo.InvariantCulture))))));
        Api = Start("LockNGen.GenerationApi", new Dictionary<string, string>
        {
            ["ConnectionStrings__generations"] = $"Data Source={Path.Combine(_data, "lockngen.db")}",
            ["Storage__DataPath"] = _data,
        });
        await Api.ReadyAsync();
        var settings = new Dictionary<string, string> { ["Watcher__Name"] = "watcher" };
        for (var i = 0; i < instances; i++)
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"ComfyUi__Instances__{i}__Url")] = _servers[i].BaseAddress.ToString();
            settings[string.Create(CultureInfo.InvariantCulture, $"ComfyUi__Instances__{i}__Name")] = string.Create(CultureInfo.InvariantCulture, $"gpu-{i}");
        }

        var metrics = MeasuredService.Expose(settings);
        Watcher = new MeasuredService(Start("LockNGen.ComfyUiWatcher", settings).Id, metrics);
        while ((await Api.Http.GetFromJsonAsync<JsonElement>("api/instances")).GetProperty("instances").EnumerateArray()
            .Count(i => i.GetProperty("state").GetString() == "up") < instances)
            await Task.Delay(500);
    }

    private ServiceProcess Start(string project, Dictionary<string, string> settings)
    {
        settings["ConnectionStrings__rabbitmq"] = _broker;
        settings["Logging__LogLevel__Default"] = "Warning";
        var service = ServiceProcess.Start(project, settings);
        _services.Add(service);
        return service;
    }
}
