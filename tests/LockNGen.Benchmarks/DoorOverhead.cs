using System.Diagnostics;
using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// What the door adds to a ComfyUI: the same programs, alternately at a simulated server directly and at a door with that server behind it. When frames come,
/// prompts per second, and what a thousand open sockets cost.
/// </summary>
internal static class DoorOverhead
{
    private const int Runs = 20;
    private const int WarmUp = 3;
    private const int Steps = 20;
    private const int Clients = 8;
    private const int Sockets = 1_000;
    private const int AtOnce = 32;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 10);
        var door = deployment.StartDoor();
        await door.ReadyAsync();
        Console.WriteLine($"| door, {Steps} steps of 10 ms | straight | through the door | ratio |\n| --- | --- | --- | --- |");
        await LatencyAsync(deployment.Simulator, door);
        await RateAsync(deployment.Simulator, door);
        await SocketsAsync(deployment.Simulator, door);
    }

    private static async Task LatencyAsync(ServiceProcess simulator, ServiceProcess door)
    {
        using var straight = await ComfyClient.ConnectAsync(simulator);
        using var through = await ComfyClient.ConnectAsync(door);
        List<ComfyRun> direct = [], behind = [];
        for (var i = -WarmUp; i < Runs; i++)
        {
            var (one, other) = (await straight.RunAsync(BenchmarkWorkflow.Of(Steps)), await through.RunAsync(BenchmarkWorkflow.Of(Steps)));
            if (i < 0)
                continue; // lets the JIT settle
            direct.Add(one);
            behind.Add(other);
        }

        foreach (var (name, of) in (ReadOnlySpan<(string, Func<ComfyRun, double>)>)
            [("response of POST /prompt", r => r.Accepted), ("execution_start", r => r.Started), ("first progress", r => r.Progressed), ("end", r => r.Ended), ("picture fetched", r => r.Fetched)])
            Row($"{name}, ms after the submission, median", direct.Select(of).Median(), behind.Select(of).Median());
    }

    private static async Task RateAsync(ServiceProcess simulator, ServiceProcess door)
    {
        await PromptsPerSecondAsync(door, TimeSpan.FromSeconds(3)); // lets the JIT settle
        Row($"prompts of one step per second, {Clients} clients, one GPU", await PromptsPerSecondAsync(simulator, Length), await PromptsPerSecondAsync(door, Length));
    }

    private static async Task<double> PromptsPerSecondAsync(ServiceProcess comfyUi, TimeSpan length)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var client = await ComfyClient.ConnectAsync(comfyUi);
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started) < length; count++)
                await client.RunAsync(BenchmarkWorkflow.Of(steps: 1), withPicture: false);
            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task SocketsAsync(ServiceProcess simulator, ServiceProcess door)
    {
        var (direct, behind) = (await OpenAsync(simulator), await OpenAsync(door));
        Row($"sockets opened per second, {Sockets} of them, {AtOnce} at once", direct.PerSecond, behind.PerSecond);
        Row("memory of the process with those open, MiB", direct.MiB, behind.MiB);
        Row("of that per socket, KiB", direct.KiBEach, behind.KiBEach);
    }

    private static async Task<(double PerSecond, double MiB, double KiBEach)> OpenAsync(ServiceProcess comfyUi)
    {
        using var process = Process.GetProcessById(comfyUi.Id);
        var before = process.WorkingSet64;
        var clients = new System.Collections.Concurrent.ConcurrentBag<ComfyClient>();
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Sockets), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) => clients.Add(await ComfyClient.ConnectAsync(comfyUi)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        var after = process.WorkingSet64;
        foreach (var client in clients)
            client.Dispose();
        return (Sockets / seconds, after / 1048576.0, (after - before) / 1024.0 / Sockets);
    }

    private static void Row(string name, double direct, double behind) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {direct:0.0} | {behind:0.0} | {behind / direct:0.00} |"));
}
