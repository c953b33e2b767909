using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// One watcher process with 200 ComfyUI servers, each rendering: what it costs while all of them are idle and while all of them send progress,
/// and how late that progress is on the broker. The servers are simulated in the process of the benchmark, on the same cores.
/// </summary>
internal static class FarmScale
{
    private const int Instances = 200;
    private const int Steps = 40;
    private const int StepMilliseconds = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        var address = await broker.CreateVirtualHostAsync();
        var data = Directory.CreateTempSubdirectory("lockngen-bench-").FullName;
        var servers = await Task.WhenAll(Enumerable.Range(0, Instances).Select(_ =>
            SimulatorHost.StartAsync(("StepMilliseconds", StepMilliseconds.ToString(CultureInfo.InvariantCulture)))));
        try
        {
            await using var api = StartApi(address, data);
            await api.ReadyAsync();
            await using var watcher = StartWatcher(address, servers);
            await UntilAsync(async () => (await api.Http.GetFromJsonAsync<JsonElement>("api/instances")).GetProperty("instances").EnumerateArray()
                .Count(i => i.GetProperty("state").GetString() == "up") == Instances);

            using var process = Process.GetProcessById(watcher.Id);
            await RenderAsync(api); // lets the JIT settle, and the watcher declare its exchanges
            await using var arrivals = await BrokerArrivals.StartAsync(new Uri(address));
            var idle = await CpuShareAsync(process, () => Task.Delay(TimeSpan.FromSeconds(10)));
            var busy = await CpuShareAsync(process, () => RenderAsync(api));
            var late = arrivals.Take();
            process.Refresh();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"one watcher, {Instances} instances: {idle:0.0}% of a core idle, {busy:0.0}% while each renders {Steps} steps of {StepMilliseconds} ms; {process.WorkingSet64 >> 20} MB; {late.Count} progress events, ComfyUI to a subscriber of the broker p50 {late[late.Count / 2]:0.0} ms, p99 {late[(int)(0.99 * (late.Count - 1))]:0.0} ms"));
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task RenderAsync(ServiceProcess api)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < Instances; i++)
            ids.Add(await api.Http.SubmitAsync(steps: Steps, seed: Random.Shared.Next()));
        foreach (var id in ids)
        {
            await UntilAsync(async () => (await api.Http.GetFromJsonAsync<JsonElement>($"api/generations/{id}")).GetProperty("status").GetString() switch
            {
                "completed" => true,
                "failed" or "cancelled" => throw new InvalidOperationException($"Generation {id} did not complete."),
                _ => false,
            });
        }
    }

    private static async Task<double> CpuShareAsync(Process process, Func<Task> run)
    {
        process.Refresh();
        var cpu = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await run();
        process.Refresh();
        return 100 * (process.TotalProcessorTime - cpu) / Stopwatch.GetElapsedTime(started);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException("What the benchmark waits for did not come.");
            await Task.Delay(500);
        }
    }

    private static ServiceProcess StartApi(string broker, string data)
    {
        var port = FreePorts.Take();
        return ServiceProcess.Start(
            "LockNGen.GenerationApi",
            new Dictionary<string, string>
            {
                ["ConnectionStrings__rabbitmq"] = broker,
                ["ConnectionStrings__generations"] = $"Data Source={Path.Combine(data, "lockngen.db")}",
                ["Storage__DataPath"] = data,
                ["Logging__LogLevel__Default"] = "Warning",
            },
            port);
    }

    private static ServiceProcess StartWatcher(string broker, SimulatorHost[] servers)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = broker,
            ["Watcher__Name"] = "watcher",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        for (var i = 0; i < servers.Length; i++)
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"ComfyUi__Instances__{i}__Url")] = servers[i].BaseAddress.ToString();
            settings[string.Create(CultureInfo.InvariantCulture, $"ComfyUi__Instances__{i}__Name")] = string.Create(CultureInfo.InvariantCulture, $"gpu-{i}");
        }

        return ServiceProcess.Start("LockNGen.ComfyUiWatcher", settings);
    }
}
