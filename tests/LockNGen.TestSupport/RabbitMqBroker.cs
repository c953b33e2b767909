using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Testcontainers.RabbitMq;
using Xunit;

namespace LockNGen.TestSupport;

/// <summary>
/// A real RabbitMQ for tests: the broker of <c>RABBITMQ_URL</c> if that is set, RabbitMQ 4 in a container with <c>TESTCONTAINERS=true</c>, else
/// a private node of Debian's rabbitmq-server, or of the one in the folder <c>RABBITMQ_BIN</c>, on free loopback ports with its data in a temporary directory. Share one per assembly:
/// <c>[assembly: AssemblyFixture(typeof(RabbitMqBroker))]</c>; isolate tests by <see cref="CreateVirtualHostAsync"/>, for which a broker
/// of <c>RABBITMQ_URL</c> needs <c>RABBITMQ_CONTROL</c>, for example <c>docker exec NAME rabbitmqctl</c>.
/// </summary>
public sealed class RabbitMqBroker : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "lockngen-rabbitmq-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly int[] _ports = FreePorts.Take(2);
    private readonly RabbitMqContainer? _container = Containers.AreWanted ? Containers.RabbitMq() : null;
    private Process? _server;

    /// <summary>The other nodes, while this one is cut off from them; a list in Erlang.</summary>
    private string? _cutOffFrom;

    /// <summary>amqp:// address of the default virtual host.</summary>
    public string Url => ExternalUrl ?? $"amqp://guest:guest@127.0.0.1:{_ports[0]}/";

    /// <summary>The AMQP port.</summary>
    public int Port => new Uri(Url).Port;

    private string? ExternalUrl => _container is null ? Environment.GetEnvironmentVariable("RABBITMQ_URL") : _container.GetConnectionString();

    private string? ExternalControl => _container is null ? Environment.GetEnvironmentVariable("RABBITMQ_CONTROL") : $"docker exec {_container.Id} rabbitmqctl";

    /// <summary>Where the private node writes its log; gone with the broker.</summary>
    public string LogFolder => Path.Combine(_folder, "log");

    /// <summary>For a cluster: the node that this one joins when it is started for the first time. It has to run then.</summary>
    private RabbitMqBroker? Joins { get; init; }

    private string NodeName => $"t{_ports[0]}@localhost";

    private string PidFile => Path.Combine(_folder, "pid");

    /// <summary>The nodes of a cluster, each to be initialized after the one before it.</summary>
    public static IReadOnlyList<RabbitMqBroker> Cluster(int nodes)
    {
        var first = new RabbitMqBroker();
        return [first, .. Enumerable.Range(1, nodes - 1).Select(_ => new RabbitMqBroker { Joins = first })];
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (_container is not null)
            await _container.StartAsync();
        if (ExternalUrl is not null)
            return;
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "plugins"), "[].");
        await File.WriteAllTextAsync(Path.Combine(_folder, "rabbitmq.conf"), $"""
            cluster_partition_handling = pause_minority
            cluster_formation.peer_discovery_backend = classic_config
            cluster_formation.classic_config.nodes.1 = {(Joins ?? this).NodeName}

            """);
        await StartAsync();
    }

    /// <summary>A fresh virtual host; returns its amqp:// address.</summary>
    public async Task<string> CreateVirtualHostAsync()
    {
        if (ExternalUrl is not null && ExternalControl is null)
            return ExternalUrl;
        var name = "v" + Guid.NewGuid().ToString("N")[..12];
        var broker = new Uri(Url);
        await ControlAsync("add_vhost", name);
        await ControlAsync("set_permissions", "-p", name, broker.UserInfo.Split(':')[0], ".*", ".*", ".*");
        return new Uri(broker, "/" + name).AbsoluteUri;
    }

    /// <summary>The process of the node.</summary>
    public async Task<int> ProcessIdAsync() => int.Parse((await ControlAsync("eval", "os:getpid().")).Trim().Trim('"'), CultureInfo.InvariantCulture);

    /// <summary>Runs <c>rabbitmqctl</c> against the node and returns what it printed.</summary>
    public Task<string> ControlAsync(params string[] arguments) => RunAsync(ControlCommand(arguments), "rabbitmqctl", arguments);

    /// <summary>
    /// For a cluster: waits until every quorum queue and stream of the node has a majority without it. A node that was started again takes
    /// commands before its members of them are back, and while they are not, the loss of another one stops them.
    /// </summary>
    public Task CanBeSparedAsync()
    {
        RequireOwnNode();
        string[] arguments = ["-n", NodeName, "-q", "await_online_quorum_plus_one", "-t", "180"];
        return RunAsync(Command("rabbitmq-upgrade", arguments), "rabbitmq-upgrade", arguments, TimeSpan.FromMinutes(4));
    }

    /// <summary>Closes connections, and returns how many those were.</summary>
    /// <param name="reason">The reason that their clients receive.</param>
    /// <param name="marks">Texts that select them: each must be in the virtual host or the client's properties, as <c>rabbitmqctl</c> prints them.</param>
    public async Task<int> CloseConnectionsAsync(string reason, params string[] marks)
    {
        var connections = (await ControlAsync("list_connections", "pid", "vhost", "client_properties")).Split('\n')
            .Where(line => Array.TrueForAll(marks, mark => line.Contains(mark, StringComparison.Ordinal))).Select(line => line.Split('\t')[0]).ToList();
        foreach (var connection in connections)
            await ControlAsync("close_connection", connection, reason);
        return connections.Count;
    }

    /// <summary>Makes the node believe that it has run out of a resource: it reads no more from connections that publish.</summary>
    public Task RaiseAlarmAsync(BrokerResource resource) => resource == BrokerResource.Memory
        ? ControlAsync("set_vm_memory_high_watermark", "absolute", "1")
        : ControlAsync("set_disk_free_limit", "1000000GB");

    /// <summary>Ends the shortage.</summary>
    public Task ClearAlarmAsync(BrokerResource resource) => resource == BrokerResource.Memory
        ? ControlAsync("set_vm_memory_high_watermark", "0.4")
        : ControlAsync("set_disk_free_limit", "50MB");

    /// <summary>
    /// kill -9 of the node, once it has stored what was declared: this is stored with a delay of up to two seconds, and a stream
    /// whose declaration was only partly stored can never be started again (3.10).
    /// </summary>
    public async Task KillAsync()
    {
        await ControlAsync("eval", "mnesia:sync_log().");
        await EndAsync();
    }

    /// <summary>SIGSTOP: the node is frozen, its sockets stay open.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>
    /// SIGCONT after <see cref="FreezeAsync"/>, and what brings back a node of a cluster that was frozen for longer than the others waited for it: it
    /// does not know about its absence, so each side sees a partition, and remains partitioned until the node is restarted.
    /// </summary>
    public async Task ThawAsync()
    {
        await SignalAsync("-CONT");
        await ControlAsync("stop_app");
        await ControlAsync("start_app");
    }

    /// <summary>
    /// For a cluster: a partition of the network between this node and the others, while clients reach all of them. The nodes' connections are
    /// closed, and refused from then on, because it has a different cookie.
    /// </summary>
    public async Task CutOffAsync()
    {
        _cutOffFrom = (await ControlAsync("eval", "nodes().")).Trim();
        await ControlAsync("eval", $"[erlang:set_cookie(Node, cut_off) || Node <- {_cutOffFrom}], [erlang:disconnect_node(Node) || Node <- {_cutOffFrom}].");
    }

    /// <summary>Heals the partition, and waits until the node takes part again.</summary>
    public async Task RejoinAsync()
    {
        await ControlAsync("eval", $"[erlang:set_cookie(Node, erlang:get_cookie()) || Node <- {_cutOffFrom}].");
        await ControlAsync("await_startup");
    }

    /// <summary>Starts the node again on the data it had.</summary>
    public async Task StartAsync()
    {
        RequireOwnNode();
        var start = Command("rabbitmq-server", []);
        // The node ends with the test process, however that ends: the shell sees its standard input close.
        start.FileName = "/bin/sh";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("""
            "$0" & server=$!
            (read -r _ <&3; kill -9 "$(cat "$RABBITMQ_PID_FILE")") 3<&0 &
            guard=$!
            wait "$server"; kill "$guard"
            """);
        start.ArgumentList.Add(Binary("rabbitmq-server"));
        start.RedirectStandardInput = true;
        _server = Process.Start(start)!;
        var log = new List<string>();
        _server.OutputDataReceived += (_, e) => Keep(e.Data);
        _server.ErrorDataReceived += (_, e) => Keep(e.Data);
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await WaitForPortAsync(log);
        // The port opens a moment before the node takes commands.
        await ControlAsync("await_startup");

        void Keep(string? line)
        {
            lock (log)
                log.Add(line ?? "");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
        if (_server is null)
            return;
        await EndAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> RunAsync(ProcessStartInfo command, string name, string[] arguments, TimeSpan? limit = null)
    {
        using var process = Process.Start(command)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(limit ?? Patience);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)}: {await errors}");
    }

    private static string Binary(string name)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("RABBITMQ_BIN") ?? "/usr/lib/rabbitmq/bin", name);
        return File.Exists(path)
            ? path
            : throw new InvalidOperationException(
                $"There is no {path}: apt-get install rabbitmq-server, or set RABBITMQ_BIN to the folder of another one, or RABBITMQ_URL to a broker for tests.");
    }

    private async Task WaitForPortAsync(List<string> log)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", _ports[0]);
                return;
            }
            catch (SocketException) when (deadline.Elapsed < Patience && !_server!.HasExited)
            {
                // From outside, the only signal is that the port opens.
                await Task.Delay(100);
            }
            catch (SocketException e)
            {
                lock (log)
                    throw new InvalidOperationException("RabbitMQ did not start:\n" + string.Join('\n', log), e);
            }
        }
    }

    private async Task SignalAsync(string signal)
    {
        RequireOwnNode();
        string[] arguments = [signal, (await BeamAsync()).ToString(CultureInfo.InvariantCulture)];
        await RunAsync(new ProcessStartInfo("kill", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true }, "kill", arguments);
    }

    private async Task<int> BeamAsync() => int.Parse(await File.ReadAllTextAsync(PidFile), CultureInfo.InvariantCulture);

    private async Task EndAsync()
    {
        RequireOwnNode();
        Process.GetProcessById(await BeamAsync()).Kill();
        await _server!.WaitForExitAsync().WaitAsync(Patience);
        _server.Dispose();
        _server = null;
    }

    private void RequireOwnNode()
    {
        if (ExternalUrl is not null)
            throw new InvalidOperationException("This test controls the broker itself; run it without RABBITMQ_URL and TESTCONTAINERS.");
    }

    private ProcessStartInfo ControlCommand(string[] arguments)
    {
        if (ExternalControl is null)
        {
            RequireOwnNode();
            return Command("rabbitmqctl", ["-n", NodeName, "-q", .. arguments]);
        }

        var words = ExternalControl.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new ProcessStartInfo(words[0], [.. words[1..], "-q", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    }

    private ProcessStartInfo Command(string binary, string[] arguments)
    {
        var start = new ProcessStartInfo(Binary(binary), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Where the cookie is, which all nodes of a cluster share.
        start.Environment["HOME"] = Joins?._folder ?? _folder;
        start.Environment["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf");
        start.Environment["RABBITMQ_NODENAME"] = NodeName;
        start.Environment["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1";
        start.Environment["RABBITMQ_NODE_PORT"] = _ports[0].ToString(CultureInfo.InvariantCulture);
        start.Environment["RABBITMQ_DIST_PORT"] = _ports[1].ToString(CultureInfo.InvariantCulture);
        start.Environment["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "mnesia");
        start.Environment["RABBITMQ_LOG_BASE"] = LogFolder;
        start.Environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins");
        start.Environment["RABBITMQ_PID_FILE"] = PidFile;
        start.Environment["RABBITMQ_CONF_ENV_FILE"] = "/dev/null";
        // As the compose file has it: how long it takes until the nodes of a cluster consider a frozen one lost.
        start.Environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel net_ticktime 10";
        start.Environment["ERL_EPMD_ADDRESS"] = "127.0.0.1";
        return start;
    }
}
