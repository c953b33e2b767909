using System.Collections.Concurrent;
using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// The promise "under 100 ms from ComfyUI to the client", over the whole path: simulator, watcher, RabbitMQ, gateway, 100 WebSocket clients, each a
/// process or a socket of its own. An event's <c>timestamp</c> is the moment at which the watcher had ComfyUI's frame, in whole milliseconds, so a
/// figure is at most 1 ms too high; waiting for the next event of the same type (conflation) is part of it. Of a picture, fetching it from
/// ComfyUI and storing it is included, and previews are limited to 4 a second, so those are reported separately.
/// </summary>
internal static class PathLatency
{
    private const int Clients = 100;
    private const int Generations = 5;
    private const double PromiseMilliseconds = 100;

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 50);

        await using var arrivals = await BrokerArrivals.StartAsync(deployment.Broker);

        await MeasureAsync(deployment, Clients); // lets the JIT settle
        arrivals.Take();
        await MeasureAllAsync(deployment, clients: 1);
        Print("broker", "progress, to one subscriber of the broker", arrivals.Take());
        var latencies = await MeasureAllAsync(deployment, Clients);
        Print("broker", $"progress, to one subscriber of the broker beside {Clients} clients", arrivals.Take());
        foreach (var types in latencies.GroupBy(l => KindOf(l.Type)))
        {
            List<double> sorted = [.. types.Select(l => l.Milliseconds).Order()];
            Print("client", $"{types.Key}, {Clients} clients", sorted);
            if (types.Key == "progress" && At(sorted, 0.99) > PromiseMilliseconds)
                throw new InvalidOperationException($"The promise of {PromiseMilliseconds} ms is broken.");
        }
    }

    private static string KindOf(string type) => type switch
    {
        "generation.image" or "generation.completed" => "pictures stored",
        "generation.preview" => "previews, which are paced",
        _ => "progress",
    };

    private static void Print(string where, string what, List<double> latencies)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ComfyUI to {where}, {what}, {latencies.Count} deliveries: p50 {At(latencies, 0.5)} ms, p99 {At(latencies, 0.99)} ms, max {latencies[^1]:0.0} ms; p99 is {PromiseMilliseconds / At(latencies, 0.99):0.0} times better than the promise of {PromiseMilliseconds} ms"));
    }

    private static double At(List<double> sorted, double quantile) => Math.Round(sorted[(int)(quantile * (sorted.Count - 1))], 1);

    private static async Task<IReadOnlyCollection<(string Type, double Milliseconds)>> MeasureAllAsync(Deployment deployment, int clients)
    {
        var latencies = new List<(string Type, double Milliseconds)>();
        for (var i = 0; i < Generations; i++)
            latencies.AddRange(await MeasureAsync(deployment, clients));
        return latencies;
    }

    private static async Task<IReadOnlyCollection<(string Type, double Milliseconds)>> MeasureAsync(Deployment deployment, int clients)
    {
        var latencies = new ConcurrentBag<(string, double)>();
        var id = await deployment.Api.Http.SubmitAsync(count: 2, steps: 20, seed: Random.Shared.Next());
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}");
            await client.UntilAsync(frame =>
            {
                var type = ProgressClient.TypeOf(frame);
                if (type.StartsWith("generation.", StringComparison.Ordinal) && type != "generation.snapshot")
                    latencies.Add((type, (DateTimeOffset.UtcNow - frame.GetProperty("timestamp").GetDateTimeOffset()).TotalMilliseconds));
                return type is "generation.completed" or "generation.failed";
            });
        }));
        return latencies;
    }
}
