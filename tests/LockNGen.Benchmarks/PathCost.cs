using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Benchmarks.Fanout;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// What an event costs each process on its way: simulated ComfyUI servers (in the benchmark's own process, not counted), watcher, broker, 1, 3 and
/// 10 gateways, and two clients for each generation, all at one of the gateways. Beside it a Node server with the same rate on the same broker.
/// Everything shares the machine, so CPU time counts here, not latency.
/// </summary>
internal static class PathCost
{
    private const int Instances = 50;
    private const int Steps = 140;
    private const int RoundMilliseconds = 14_000;
    private const int ClientsOfEach = 2;

    /// <summary>Ten gateways are compiled after six or so, with a tenth of the events each.</summary>
    private const int MostRounds = 15;

    /// <summary>The code of new processes is compiled once the compiler has no more than this part of their time: before, it costs several times what the events do.</summary>
    private const double Compiled = 0.05;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it with these numbers of gateways, one after another; they must rise.</summary>
    /// <param name="stepMilliseconds">How long a server takes for a step, which is an event: 50 ms are 1,000 events a second in all.</param>
    /// <param name="gateways">The numbers.</param>
    public static async Task RunAsync(int stepMilliseconds, params int[] gateways)
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        using var beam = Process.GetProcessById(await broker.ProcessIdAsync());
        await using (var deployment = await PathDeployment.StartAsync(broker, Instances, stepMilliseconds))
        {
            var peak = 0.0;
            foreach (var replicas in gateways)
            {
                await deployment.AddGatewaysAsync(replicas);
                peak = Math.Max(peak, await RenderUntilCompiledAsync(deployment, beam, Math.Max(1, RoundMilliseconds / (Steps * stepMilliseconds))));
            }

            await MeasureNodeAsync(broker, beam, (int)peak);
        }
    }

    /// <summary>Prints what an event costs once the code is compiled; returns the events per second.</summary>
    private static async Task<double> RenderUntilCompiledAsync(PathDeployment deployment, Process broker, int prompts)
    {
        for (var round = 1; ; round++)
        {
            var (rate, costs) = await RenderAsync(deployment, broker, prompts);
            var (sum, compiling) = (costs.Sum(c => c.Total), costs.Sum(c => c.Compiling));
            if (round < MostRounds && compiling > Compiled * costs.Where(c => c.Compiling > 0).Sum(c => c.Total))
                continue;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{deployment.Gateways.Count,2} gateways, {rate:0} events/s: {string.Join(", ", costs.Select(c => c.ToString()))}; sum {sum:0} us an event ({compiling:0} of it the compiler's, in round {round}); {Environment.ProcessorCount} cores full at {Environment.ProcessorCount * 1e6 / sum:0} events/s"));
            return rate;
        }
    }

    /// <summary>One generation on every server; returns the events per second, and what an event cost each part.</summary>
    private static async Task<(double Rate, List<PartCost> Costs)> RenderAsync(PathDeployment deployment, Process broker, int prompts)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < Instances; i++)
            ids.Add(await deployment.Api.Http.SubmitAsync(count: prompts, steps: Steps, seed: Random.Shared.Next()));
        await using var clients = new CountingClients();
        await clients.ConnectAsync([.. ids.SelectMany((id, i) => Enumerable.Repeat(deployment.AddressOf(i, id), ClientsOfEach))]);
        await UntilAsync(() => Task.FromResult(clients.Busy == ids.Count * ClientsOfEach));
        var before = await SpentAsync(deployment, broker);
        var counted = clients.Events;
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(Window);
        var events = (clients.Events - counted) / (double)ClientsOfEach;
        var rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = await SpentAsync(deployment, broker);
        foreach (var id in ids)
        {
            await UntilAsync(async () => (await deployment.Api.Http.GetFromJsonAsync<JsonElement>($"api/generations/{id}")).GetProperty("status").GetString()
                is "completed" or "failed" or "cancelled");
        }

        return (rate, [.. after.Zip(before, (a, b) => new PartCost(a.Name, (a.Total - b.Total) * 1e6 / events, (a.Compiling - b.Compiling) * 1e6 / events))]);
    }

    /// <summary>Seconds so far.</summary>
    private static async Task<PartCost[]> SpentAsync(PathDeployment deployment, Process broker)
    {
        var cpu = deployment.Gateways.Sum(g => g.Cpu);
        var compiling = await Task.WhenAll(deployment.Gateways.Select(g => g.CompilingAsync()));
        return
        [
            new PartCost("watcher", deployment.Watcher.Cpu, await deployment.Watcher.CompilingAsync()),
            new PartCost("broker", MeasuredService.CpuOf(broker), 0),
            new PartCost(deployment.Gateways.Count > 1 ? "gateways" : "gateway", cpu, compiling.Sum()),
        ];
    }

    private static async Task MeasureNodeAsync(RabbitMqBroker broker, Process beam, int eventsPerSecond)
    {
        await using var stage = await FanoutStage.StartAsync(broker, FanoutServer.StartNodeAsync);
        var generations = Enumerable.Range(0, Instances).Select(_ => Guid.NewGuid()).ToList();
        var publisher = new FanoutPublisher(await stage.OpenChannelAsync(), generations);
        await publisher.BeginAsync();
        await using var clients = new CountingClients();
        await clients.ConnectAsync([.. generations.SelectMany(id => Enumerable.Repeat(stage.Server.AddressOf(id), ClientsOfEach))]);
        await publisher.RunAsync(eventsPerSecond, Window);
        var (node, rabbit) = (stage.Server.Cpu, MeasuredService.CpuOf(beam));
        var events = await publisher.RunAsync(eventsPerSecond, Window);
        var cost = (Node: (stage.Server.Cpu - node).TotalSeconds * 1e6 / events, Broker: (MeasuredService.CpuOf(beam) - rabbit) * 1e6 / events);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{stage.Server.Name}, {eventsPerSecond} events/s without confirms, stream or watcher: broker {cost.Broker:0} us, server {cost.Node:0} us; sum {cost.Node + cost.Broker:0} us an event"));
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException("What the benchmark waits for did not come.");
            await Task.Delay(100);
        }
    }

    /// <summary>What a part costs, and how much of that the compiler.</summary>
    private sealed record PartCost(string Name, double Total, double Compiling)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Total:0} us");
    }
}
