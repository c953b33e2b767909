using System.Diagnostics;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>
/// Three nodes of RabbitMQ, each of which is lost in turn, while the other two are a majority. Run by itself
/// (<c>-explicit only</c>): five services and three brokers need a machine that does nothing else.
/// </summary>
[Trait("Broker", "Private")]
public sealed class BrokerClusterTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Long after it should be well again.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<RabbitMqBroker> _nodes = RabbitMqBroker.Cluster(3);

    public async ValueTask InitializeAsync()
    {
        foreach (var node in _nodes)
            await node.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Reverse())
            await node.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public Task Node_AnyOfThreeKilled_GenerationsThatRunAndNewOnesComplete() => LoseAsync("killed", node => node.KillAsync(), node => node.StartAsync());

    [Fact(Explicit = true)]
    public Task Node_AnyOfThreeFrozen_GenerationsThatRunAndNewOnesComplete() => LoseAsync("frozen", node => node.FreezeAsync(), node => node.ThawAsync());

    private async Task LoseAsync(string how, Func<RabbitMqBroker, Task> lose, Func<RabbitMqBroker, Task> bringBack)
    {
        await using var deployment = await Deployment.StartAsync(string.Join(',', _nodes.Select(n => n.Url)), stepMilliseconds: 100);
        var door = deployment.StartDoor();
        await door.ReadyAsync();
        foreach (var (i, node) in _nodes.Index())
        {
            await node.CanBeSparedAsync();
            var running = await SubmitAsync(deployment, steps: 30, Stopwatch.StartNew());
            await using (var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={running}&after=0"))
                await client.UntilAsync(GenerationEventTypes.Started);

            await lose(node);
            var since = Stopwatch.StartNew();
            var next = await SubmitAsync(deployment, steps: 3, since);
            await CompletesAsync(deployment, running, since);
            await CompletesAsync(deployment, next, since);
            output.WriteLine($"node {i + 1} {how}: {since.Elapsed.TotalSeconds:F1} s until a new generation was complete at the gateway");
            await ReadsAsync(_nodes.First(n => n != node), since);
            output.WriteLine($"{since.Elapsed.TotalSeconds:F1} s until the door read its events again");

            await bringBack(node);
        }

        // On whichever node its queue was, that has been lost.
        door.Log.ShouldContain("reading from another queue");
    }

    /// <summary>The door's queues: the nodes name those of them that are read.</summary>
    private static async Task ReadsAsync(RabbitMqBroker living, Stopwatch since)
    {
        var queues = "";
        while (since.Elapsed < Limit)
        {
            queues = await living.ControlAsync("list_queues", "--online", "name", "consumers");
            if (queues.Split('\n').Count(line => line.StartsWith("comfy-doors-", StringComparison.Ordinal) && line.EndsWith("\t1", StringComparison.Ordinal)) >= 2)
                return;
            await Task.Delay(100); // A state that can only be asked for.
        }

        throw new TimeoutException($"The door read nothing within {Limit}: {queues}");
    }

    /// <summary>Like a client that submits again while the API is unavailable.</summary>
    private static async Task<Guid> SubmitAsync(Deployment deployment, int steps, Stopwatch since)
    {
        while (true)
        {
            try
            {
                return await deployment.Api.Http.SubmitAsync(steps: steps);
            }
            catch (HttpRequestException) when (since.Elapsed < Limit)
            {
                await Task.Delay(100); // A state that can only be asked for.
            }
        }
    }

    /// <summary>As someone sees it who asks the gateway again and again, as pages without a socket do.</summary>
    private static async Task CompletesAsync(Deployment deployment, Guid id, Stopwatch since)
    {
        var last = "no answer";
        while (since.Elapsed < Limit)
        {
            try
            {
                last = await deployment.Gateways[0].Http.GetStringAsync($"api/generations/{id}/progress");
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            if (last.Contains("\"completed\"", StringComparison.Ordinal))
                return;
            await Task.Delay(100); // A state that can only be asked for.
        }

        throw new TimeoutException($"""
            {id} was not complete at the gateway in {Limit}: {last}
            API: {deployment.Api.Log}
            Watcher: {deployment.Watcher.Log}
            Gateway: {deployment.Gateways[0].Log}
            """);
    }
}
