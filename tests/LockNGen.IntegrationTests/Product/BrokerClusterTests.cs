using System.Diagnostics;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>
/// Three nodes of RabbitMQ, and each of them killed in turn. Run by itself (<c>-explicit only</c>): five services and three brokers need a machine
/// that does nothing else.
/// </summary>
[Trait("Broker", "Private")]
public sealed class BrokerClusterTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Long after it should be well again.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly List<RabbitMqBroker> _nodes = [];

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var node = new RabbitMqBroker { Joins = _nodes.FirstOrDefault() };
            _nodes.Add(node);
            await node.InitializeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.AsEnumerable().Reverse())
            await node.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task Node_AnyOfThreeKilled_GenerationsThatRunAndNewOnesComplete()
    {
        await using var deployment = await Deployment.StartAsync(string.Join(',', _nodes.Select(n => n.Url)), stepMilliseconds: 100);
        foreach (var node in _nodes)
        {
            var running = await deployment.Api.Http.SubmitAsync(steps: 30);
            await using (var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={running}&after=0"))
                await client.UntilAsync(GenerationEventTypes.Started);

            await node.KillAsync();
            var since = Stopwatch.StartNew();
            var next = await deployment.Api.Http.SubmitAsync(steps: 3);
            await CompletesAsync(deployment, running, since);
            await CompletesAsync(deployment, next, since);
            output.WriteLine($"node {_nodes.IndexOf(node) + 1} killed: {since.Elapsed.TotalSeconds:F1} s until a new generation was complete at the gateway");

            await node.StartAsync();
        }
    }

    /// <summary>As someone sees it who asks the gateway again and again, as pages without a socket do.</summary>
    private static async Task CompletesAsync(Deployment deployment, Guid id, Stopwatch since)
    {
        using var limit = new CancellationTokenSource(Limit - since.Elapsed);
        while (true)
        {
            using var answer = await deployment.Gateways[0].Http.GetAsync($"api/generations/{id}/progress", limit.Token);
            if ((await answer.Content.ReadAsStringAsync(limit.Token)).Contains("\"completed\"", StringComparison.Ordinal))
                return;
            await Task.Delay(100, limit.Token); // A state that can only be asked for.
        }
    }
}
