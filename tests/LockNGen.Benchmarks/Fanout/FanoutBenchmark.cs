using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>
/// The gateway beside the server that one would write in an afternoon, one after the other on the same broker and machine. Only the
/// ratio matters: figures from another machine, or another hour, mean little.
/// </summary>
internal static class FanoutBenchmark
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        foreach (var scenario in FanoutScenario.All)
        {
            Console.WriteLine(scenario.Name);
            var ours = await MeasureAsync(scenario, broker, FanoutServer.StartGatewayAsync);
            var theirs = await MeasureAsync(scenario, broker, FanoutServer.StartNodeAsync);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {theirs.CpuMicrosecondsPerDelivery / ours.CpuMicrosecondsPerDelivery:0.0} times as many deliveries per CPU-second as Node, p99 {ours.P99 / theirs.P99:0.0} times Node's"));
        }
    }

    private static async Task<FanoutResult> MeasureAsync(FanoutScenario scenario, RabbitMqBroker broker, Func<string, Task<FanoutServer>> start)
    {
        await using var stage = await FanoutStage.StartAsync(broker, start);
        var server = stage.Server;
        var generations = Enumerable.Range(0, scenario.Generations).Select(_ => Guid.NewGuid()).ToList();
        var publisher = new FanoutPublisher(await stage.OpenChannelAsync(), generations);
        await publisher.BeginAsync();

        await using var clients = new FanoutClients();
        await clients.ConnectAsync(id => server.AddressOf(id), generations, scenario.Clients);
        await publisher.RunAsync(scenario.EventsPerSecond, WarmUp);
        await Task.Delay(Quiet);

        clients.Reset();
        var cpu = server.Cpu;
        var published = await publisher.RunAsync(scenario.EventsPerSecond, Window);
        await Task.Delay(Quiet);
        cpu = server.Cpu - cpu;

        var (deliveries, disorder, latencies) = clients.Collect();
        var expected = (long)published * scenario.Clients / scenario.Generations;
        var result = new FanoutResult(deliveries, expected - deliveries, disorder, cpu, At(latencies, 0.5), At(latencies, 0.99));
        Console.WriteLine($"  {server.Name,-18} {result}");
        return result;
    }

    private static double At(List<double> sorted, double quantile) => sorted.Count == 0 ? 0 : sorted[(int)(quantile * (sorted.Count - 1))];
}
