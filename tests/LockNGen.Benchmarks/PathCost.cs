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
    private const int StepMilliseconds = 50;
    private const int Steps = 140;
    private const int Prompts = 2;
    private const int ClientsOfEach = 2;

    /// <summary>Until the code of the new processes is fully compiled.</summary>
    private const int WarmUps = 3;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it with these numbers of gateways, one after another; they must rise.</summary>
    public static async Task RunAsync(params int[] gateways)
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        using var beam = Process.GetProcessById(await broker.ProcessIdAsync());
        await using (var deployment = await PathDeployment.StartAsync(broker, Instances, StepMilliseconds))
        {
            var peak = 0.0;
            foreach (var replicas in gateways)
            {
                await deployment.AddGatewaysAsync(replicas);
                for (var i = 0; i < WarmUps; i++)
                    await RenderAsync(deployment, beam, isWarmUp: true);
                peak = Math.Max(peak, await RenderAsync(deployment, beam, isWarmUp: false));
            }

            await MeasureNodeAsync(broker, beam, (int)peak);
        }
    }

    /// <summary>One generation on every server; returns the events per second.</summary>
    private static async Task<double> RenderAsync(PathDeployment deployment, Process broker, bool isWarmUp)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < Instances; i++)
            ids.Add(await deployment.Api.Http.SubmitAsync(count: Prompts, steps: Steps, seed: Random.Shared.Next()));
        await using var clients = new CountingClients();
        await clients.ConnectAsync([.. ids.SelectMany((id, i) => Enumerable.Repeat(deployment.AddressOf(i, id), ClientsOfEach))]);
        await UntilAsync(() => Task.FromResult(clients.Busy == ids.Count * ClientsOfEach));
        var rate = 0.0;
        if (!isWarmUp)
        {
            List<(string Name, int Count, Process[] Processes)> parts =
            [
                ("watcher", 1, [deployment.Watcher]), ("broker", 1, [broker]), ("gateway", deployment.Gateways.Count, [.. deployment.Gateways]),
            ];
            var before = parts.ConvertAll(p => p.Processes.Sum(CpuOf));
            var counted = clients.Events;
            var started = Stopwatch.GetTimestamp();
            await Task.Delay(Window);
            var events = (clients.Events - counted) / (double)ClientsOfEach;
            rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
            var costs = parts.Select((p, i) => (p.Name, p.Count, Cost: (p.Processes.Sum(CpuOf) - before[i]) * 1e6 / events)).ToList();
            var sum = costs.Sum(c => c.Cost);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{deployment.Gateways.Count,2} gateways, {rate:0} events/s: {string.Join(", ", costs.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Name}{(c.Count > 1 ? "s" : "")} {c.Cost:0} us")))}; sum {sum:0} us an event; {Environment.ProcessorCount} cores full at {Environment.ProcessorCount * 1e6 / sum:0} events/s"));
        }

        foreach (var id in ids)
        {
            await UntilAsync(async () => (await deployment.Api.Http.GetFromJsonAsync<JsonElement>($"api/generations/{id}")).GetProperty("status").GetString()
                is "completed" or "failed" or "cancelled");
        }

        return rate;
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
        var (node, rabbit) = (stage.Server.Cpu, CpuOf(beam));
        var events = await publisher.RunAsync(eventsPerSecond, Window);
        var cost = (Node: (stage.Server.Cpu - node).TotalSeconds * 1e6 / events, Broker: (CpuOf(beam) - rabbit) * 1e6 / events);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{stage.Server.Name}, {eventsPerSecond} events/s without confirms, stream or watcher: broker {cost.Broker:0} us, server {cost.Node:0} us; sum {cost.Node + cost.Broker:0} us an event"));
    }

    private static double CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
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
}
