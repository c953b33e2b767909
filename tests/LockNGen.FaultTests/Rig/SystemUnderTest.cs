using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Rig;

/// <summary>
/// The real system as separate processes on loopback, every connection between two of them through a <see cref="Link"/>. Fewer and smaller
/// steps than in production, shorter waits for what only waits; every limit that a promise depends on is the default.
/// </summary>
internal sealed class SystemUnderTest : IAsyncDisposable
{
    private const int Simulators = 3;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);

    private readonly Journal _journal;
    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-faults-").FullName;
    private readonly List<Link> _links = [];
    private readonly List<Service> _services = [];
    private Uri _vhost = null!;
    private Queue<int> _ports = new();

    private SystemUnderTest(Journal journal, bool isCluster)
    {
        (_journal, IsCluster) = (journal, isCluster);
        Brokers = RabbitMqBroker.Cluster(isCluster ? 3 : 1);
        Database = new Database(isCluster);
    }

    /// <summary>Whether the broker is a cluster of three nodes, and the database has a standby.</summary>
    public bool IsCluster { get; }

    /// <summary>The nodes of the broker.</summary>
    public IReadOnlyList<RabbitMqBroker> Brokers { get; }

    public Database Database { get; }

    /// <summary>Everything except the simulators, which represent what is not ours.</summary>
    public IReadOnlyList<Service> Services => _services;

    public IReadOnlyList<Simulator> ComfyUis { get; private set; } = [];

    public IReadOnlyList<Link> Links => _links;

    /// <summary>Where clients reach each API replica.</summary>
    public IReadOnlyList<Link> Apis { get; private set; } = [];

    /// <summary>Where clients reach each gateway replica.</summary>
    public IReadOnlyList<Link> Gateways { get; private set; } = [];

    /// <summary>Where clients reach the notifier.</summary>
    public Uri Notifier { get; private set; } = null!;

    /// <summary>Where a plain AMQP subscriber reaches the nodes of the broker.</summary>
    public IReadOnlyList<Uri> SubscriberBrokers { get; private set; } = [];

    public static async Task<SystemUnderTest> StartAsync(Journal journal, bool isCluster, CancellationToken cancellationToken)
    {
        var system = new SystemUnderTest(journal, isCluster);
        try
        {
            foreach (var node in system.Brokers)
                await node.InitializeAsync();

            system._vhost = new Uri(await system.Brokers[0].CreateVirtualHostAsync());
            await system.Database.StartAsync();
            system.Define();
            foreach (var service in system._services)
                service.Start();
            foreach (var simulator in system.ComfyUis)
                simulator.Service.Start();
            await system.WaitUntilReadyAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether all services report that they are ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(_services.Select(s => s.IsReadyAsync(cancellationToken)));
        return answers.All(ready => ready);
    }

    /// <summary>
    /// Waits until a cluster can spare any of its nodes, which take commands before their queues are whole again, and the database its primary.
    /// </summary>
    public async Task CanSpareOneAsync()
    {
        await Database.ReplicateAsync();
        if (IsCluster)
            await Task.WhenAll(Brokers.Select(b => b.CanBeSparedAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_services.Concat(ComfyUis.Select(c => c.Service)).Select(s => s.DisposeAsync().AsTask()));
        foreach (var simulator in ComfyUis)
            simulator.Dispose();
        foreach (var link in _links)
            await link.DisposeAsync();
        foreach (var broker in Brokers.Reverse())
        {
            foreach (var log in Directory.Exists(broker.LogFolder) ? Directory.GetFiles(broker.LogFolder, "*.log") : [])
                File.Copy(log, Path.Combine(_journal.Folder, "broker-" + Path.GetFileName(log)));
            await broker.DisposeAsync();
        }

        await Database.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private void Define()
    {
        // All at once, so that no two get the same.
        _ports = new Queue<int>(FreePorts.Take(Simulators + 7));
        ComfyUis = [.. Enumerable.Range(1, Simulators).Select(n => new Simulator(NewSimulator($"comfyui-{n}")))];
        int[] apis = [_ports.Dequeue(), _ports.Dequeue()];
        var deliveries = apis.Select((port, i) => Connect("watchers", $"api-{i + 1}", port)).ToArray();
        for (var i = 0; i < apis.Length; i++)
            AddApi($"api-{i + 1}", apis[i], deliveries[i]);
        AddWatcher("watcher-1");
        AddWatcher("watcher-2");
        Gateways = [AddGateway("gateway-1"), AddGateway("gateway-2")];
        Apis = [.. apis.Select((port, i) => Connect("clients", $"api-{i + 1}", port))];
        Notifier = AddNotifier();
        SubscriberBrokers = BrokersOf("subscriber");
    }

    private Service NewSimulator(string name) => new(
        name, "LockNGen.ComfyUiSimulator", Settings(new() { ["Simulator__StepMilliseconds"] = "40", ["Simulator__PreviewSize"] = "96" }), _ports.Dequeue(), _journal);

    private void AddApi(string name, int port, Link deliveries) => Add(name, "LockNGen.GenerationApi", port, new()
    {
        ["ConnectionStrings__generations"] = DatabaseOf(name),
        ["Storage__DataPath"] = _data,
        ["GenerationApi__InternalUrl"] = deliveries.Http.ToString(),
        ["Webhooks__AllowPrivateAddresses"] = "true",
    });

    private void AddWatcher(string name)
    {
        var settings = new Dictionary<string, string> { ["Watcher__Name"] = name, ["ComfyUi__StalledAfter"] = "00:00:20" };
        foreach (var (i, simulator) in ComfyUis.Index())
        {
            settings[$"ComfyUi__Instances__{i}__Url"] = Connect(name, simulator.Service.Name, simulator.Service.Port).Http.ToString();
            settings[$"ComfyUi__Instances__{i}__Name"] = simulator.Service.Name;
        }

        Add(name, "LockNGen.ComfyUiWatcher", _ports.Dequeue(), settings);
    }

    private Link AddGateway(string name)
    {
        var port = _ports.Dequeue();
        Add(name, "LockNGen.RealtimeGateway", port, new()
        {
            ["Connections__AttemptsPerMinute"] = "1000000",
            ["Connections__PingInterval"] = "00:00:05",
            ["Connections__PongTimeout"] = "00:00:10",
            ["Drain__Seconds"] = "3",
        });
        return Connect("clients", name, port);
    }

    private Uri AddNotifier()
    {
        const string name = "notifier";
        var port = _ports.Dequeue();
        Add(name, "LockNGen.WebhookNotifier", port, new()
        {
            ["ConnectionStrings__generations"] = DatabaseOf(name),
            ["Webhooks__AllowPrivateAddresses"] = "true",
            ["Webhooks__Timeout"] = "00:00:02",
            ["Webhooks__FirstRetry"] = "00:00:00.500",
            ["Webhooks__MaxRetryDelay"] = "00:00:05",
            ["Webhooks__CircuitBreak"] = "00:00:01",
            ["Webhooks__MaxCircuitBreak"] = "00:00:04",
        });
        return new Uri($"http://127.0.0.1:{port}/");
    }

    private void Add(string name, string project, int port, Dictionary<string, string> settings)
    {
        settings["ConnectionStrings__rabbitmq"] = string.Join(',', BrokersOf(name));
        settings["Bus__StreamMaxBytes"] = (256L << 20).ToString(CultureInfo.InvariantCulture);
        _services.Add(new Service(name, project, Settings(settings), port, _journal));
    }

    /// <summary>Ten processes share what may be two cores: start fast, keep few heaps.</summary>
    private static Dictionary<string, string> Settings(Dictionary<string, string> settings) => new(settings)
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    private IReadOnlyList<Uri> BrokersOf(string name) => [.. Brokers.Select((broker, i) =>
        new UriBuilder(_vhost) { Host = "127.0.0.1", Port = Connect(name, IsCluster ? $"broker-{i + 1}" : "broker", broker.Port).Port }.Uri)];

    private string DatabaseOf(string name)
    {
        var hosts = Database.Servers.Select((server, i) => $"127.0.0.1:{Connect(name, IsCluster ? $"database-{i + 1}" : "database", server.Port).Port}");
        return $"Host={string.Join(',', hosts)};Username=postgres;Database={Database.Name};Maximum Pool Size=20;Target Session Attributes=primary";
    }

    private Link Connect(string client, string server, int port)
    {
        var link = new Link(client, server, port);
        _links.Add(link);
        return link;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        while (!await IsReadyAsync(limit.Token))
            await Task.Delay(200, limit.Token);
    }
}
