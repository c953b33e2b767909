using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using LockNGen.Contracts;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>
/// What an event costs a gateway if no one watches it: alone, beside 50,000 generations that the gateway also holds, beside 50,000
/// subscriptions to those, and while 10,000 generations a minute begin and end and every connection changes what it watches once a second.
/// The cost must not grow with load that is unrelated to the event.
/// </summary>
internal static class CrowdBenchmark
{
    private const int EventsPerSecond = 10_000;
    private const int Others = 50_000;
    private const int Connections = 1_000;
    private const int GenerationsPerMinute = 10_000;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var stage = await FanoutStage.StartAsync(broker, FanoutServer.StartGatewayAsync);
        var gateway = stage.Server;
        var publisher = new FanoutPublisher(await stage.OpenChannelAsync(), Ids(50));
        await publisher.BeginAsync();
        var alone = await MeasureAsync("alone", gateway, publisher, alone: null);
        var others = Ids(Others);
        await new FanoutPublisher(await stage.OpenChannelAsync(), others).BeginAsync();
        await MeasureAsync($"beside {Others} other generations", gateway, publisher, alone);

        var watchers = await Task.WhenAll(others.Chunk(Others / Connections).Select(some => Watcher.ConnectAsync(gateway, some)));
        await MeasureAsync($"beside {Others} subscriptions of {Connections} connections to those", gateway, publisher, alone);

        using var end = new CancellationTokenSource();
        var begun = BeginAndEndAsync(await stage.OpenChannelAsync(), end.Token);
        var changed = Task.WhenAll(watchers.Select(w => w.ChangeAsync(end.Token)));
        await MeasureAsync(
            $"while {GenerationsPerMinute} generations a minute begin and end, and {Connections} subscriptions a second change (their cost included)",
            gateway, publisher, alone);
        await end.CancelAsync();
        await Task.WhenAll(begun, changed);
        foreach (var watcher in watchers)
            watcher.Dispose();
    }

    private static async Task<double> MeasureAsync(string what, FanoutServer gateway, FanoutPublisher publisher, double? alone)
    {
        await publisher.RunAsync(EventsPerSecond, Settle);
        var cpu = gateway.Cpu;
        await Task.Delay(Window);
        var idle = gateway.Cpu - cpu;
        cpu = gateway.Cpu;
        var published = await publisher.RunAsync(EventsPerSecond, Window);
        var cost = (gateway.Cpu - cpu - idle).TotalMicroseconds / published;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"an event that nobody watches, {what}: {cost:0.0} us CPU, {cost / (alone ?? cost):0.00} times that alone; without events {100 * idle / Window:0.0}% of a core"));
        return cost;
    }

    private static async Task BeginAndEndAsync(IChannel channel, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1) / GenerationsPerMinute);
        while (!cancellationToken.IsCancellationRequested)
        {
            var id = Guid.NewGuid();
            await FanoutPublisher.PublishAsync(channel, GenerationEventTypes.Started, id, GenerationSequence.Of(1, 1), due: 0);
            await FanoutPublisher.PublishAsync(channel, GenerationEventTypes.Completed, id, GenerationSequence.Of(1, 2), due: 0);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static List<Guid> Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())];

    private sealed class Watcher(Queue<Guid> watched) : IDisposable
    {
        private readonly ClientWebSocket _socket = new();

        public static async Task<Watcher> ConnectAsync(FanoutServer gateway, IReadOnlyCollection<Guid> watched)
        {
            var watcher = new Watcher(new Queue<Guid>(watched));
            await watcher._socket.ConnectAsync(gateway.AddressOf(watched.First()), CancellationToken.None);
            _ = watcher.DrainAsync();
            foreach (var id in watched)
                await watcher.SendAsync("subscribe", id);
            return watcher;
        }

        public async Task ChangeAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Random.Shared.Next(1000), CancellationToken.None);
            while (!cancellationToken.IsCancellationRequested)
            {
                await SendAsync("unsubscribe", watched.Dequeue());
                watched.Enqueue(Guid.NewGuid());
                await SendAsync("subscribe", watched.Last());
                await Task.Delay(1000, CancellationToken.None);
            }
        }

        public void Dispose() => _socket.Dispose();

        private Task SendAsync(string type, Guid id) => _socket.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","generationId":"{{id}}"}"""), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        private async Task DrainAsync()
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                    await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            }
            catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The end of the benchmark.
            }
        }
    }
}
