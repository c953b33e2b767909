using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>
/// 10,000 clients lose their connections at the same moment, while events are published, and reconnect with their cursors: how long until all of them
/// are up to date, and whether any of them has missed an event or got one twice. The clients share the cores with the gateway.
/// </summary>
internal static class StormBenchmark
{
    private const int Clients = 10_000;
    private const int Generations = 100;
    private const int EventsPerSecond = 100;
    private const int ConnectingAtOnce = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var stage = await FanoutStage.StartAsync(broker, FanoutServer.StartGatewayAsync);
        var gateway = stage.Server;
        var generations = Enumerable.Range(0, Generations).Select(_ => Guid.NewGuid()).ToList();
        var clients = Enumerable.Range(0, Clients).Select(i => new Client(gateway, generations[i % Generations])).ToList();

        using var end = new CancellationTokenSource();
        var publisher = new Publisher(await stage.OpenChannelAsync(), generations);
        var publishing = publisher.RunAsync(end.Token);
        await ConnectAsync("connected", clients, gateway);
        await ReachedAsync(clients, 2);
        foreach (var client in clients)
            client.Lose();
        await publisher.NextRound.WaitAsync(Patience);
        await ConnectAsync("connected again, with their cursors", clients, gateway);

        await end.CancelAsync();
        await publishing;
        var last = publisher.Rounds;
        await ReachedAsync(clients, last);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"of {last} events to each client: {clients.Sum(c => last - c.Received)} missing, {clients.Sum(c => c.Unexpected)} twice or out of order"));
        foreach (var client in clients)
            client.Dispose();
    }

    private static async Task ConnectAsync(string what, List<Client> clients, FanoutServer gateway)
    {
        var (started, cpu) = (Stopwatch.GetTimestamp(), gateway.Cpu);
        await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce }, (client, _) => new ValueTask(client.ConnectAsync()));
        var time = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients} clients {what} in {time:0.0} s, {Clients / time:0}/s, during {EventsPerSecond} events/s; the gateway's CPU: {(gateway.Cpu - cpu).TotalMicroseconds / Clients:0} us each"));
    }

    /// <summary>Waits until all clients have this event, but not forever: events that have not arrived by then are reported as missing.</summary>
    private static async Task ReachedAsync(List<Client> clients, int number)
    {
        try
        {
            await Task.WhenAll(clients.Select(c => c.ReachedAsync(number))).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            // The figures say how many have not.
        }
    }

    /// <summary>Publishes pictures, which are never left out in favour of newer ones.</summary>
    private sealed class Publisher(IChannel channel, List<Guid> generations)
    {
        private TaskCompletionSource _nextRound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How many each generation has got.</summary>
        public int Rounds { get; private set; }

        /// <summary>Ends when each generation has got one more than now.</summary>
        public Task NextRound => Volatile.Read(ref _nextRound).Task;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) * generations.Count / EventsPerSecond);
            while (!cancellationToken.IsCancellationRequested)
            {
                foreach (var generation in generations)
                    await FanoutPublisher.PublishAsync(channel, GenerationEventTypes.Image, generation, GenerationSequence.Of(1, Rounds + 1), due: 0);
                Rounds++;
                Interlocked.Exchange(ref _nextRound, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }

    private sealed class Client(FanoutServer gateway, Guid generation) : IDisposable
    {
        private ClientWebSocket _socket = new();
        private Task _reading = Task.CompletedTask;
        private readonly Lock _gate = new();
        private TaskCompletionSource _reached = new();
        private int _awaited = int.MaxValue;
        private int _last;
        private long _cursor;

        public int Received { get; private set; }

        public int Unexpected { get; private set; }

        public async Task ConnectAsync()
        {
            await _reading;
            _socket = new ClientWebSocket();
            await _socket.ConnectAsync(gateway.AddressOf(generation, _cursor), CancellationToken.None);
            _reading = ReadAsync(_socket);
        }

        /// <summary>Ends when the client has the event of this number.</summary>
        public Task ReachedAsync(int number)
        {
            lock (_gate)
            {
                if (_last >= number)
                    return Task.CompletedTask;
                _awaited = number;
                _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _reached.Task;
            }
        }

        public void Lose() => _socket.Abort();

        public void Dispose() => _socket.Dispose();

        private async Task ReadAsync(ClientWebSocket socket)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                    Take(JsonDocument.Parse(await socket.ReadMessageAsync(buffer, CancellationToken.None)).RootElement);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException)
            {
                // It was lost.
            }
            finally
            {
                socket.Dispose();
            }
        }

        private void Take(JsonElement frame)
        {
            if (frame.GetProperty("type").GetString() != GenerationEventTypes.Image)
                return;
            _cursor = frame.GetProperty("sequence").GetInt64();
            var number = (int)(_cursor - GenerationSequence.Of(1, 0));
            lock (_gate)
            {
                if (number != _last + 1)
                    Unexpected++;
                Received++;
                _last = number;
                if (_last >= _awaited)
                    _reached.TrySetResult();
            }
        }
    }
}
