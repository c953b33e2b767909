using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>
/// 10,000 clients lose their connections at the same moment, in the midst of events, and come back with their cursors: how long until all of them
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
        var address = await broker.CreateVirtualHostAsync();
        await using var gateway = await FanoutServer.StartGatewayAsync(address);
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var generations = Enumerable.Range(0, Generations).Select(_ => Guid.NewGuid()).ToList();
        var clients = Enumerable.Range(0, Clients).Select(i => new Client(gateway, generations[i % Generations])).ToList();

        using var end = new CancellationTokenSource();
        var publishing = PublishAsync(channel, generations, end.Token);
        Print("connected", await ConnectAsync(clients));
        await Task.Delay(TimeSpan.FromSeconds(3), CancellationToken.None);
        foreach (var client in clients)
            client.Lose();
        await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        Print("connected again, with their cursors", await ConnectAsync(clients));

        await end.CancelAsync();
        var last = await publishing;
        var waited = Stopwatch.GetTimestamp();
        while (clients.Exists(c => c.Last < last) && Stopwatch.GetElapsedTime(waited) < Patience)
            await Task.Delay(50, CancellationToken.None);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"of {last} events to each client: {clients.Sum(c => last - c.Received)} missing, {clients.Sum(c => c.Unexpected)} twice or out of order"));
        foreach (var client in clients)
            client.Dispose();
    }

    private static void Print(string what, TimeSpan time) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{Clients} clients {what} in {time.TotalSeconds:0.0} s, {Clients / time.TotalSeconds:0}/s, during {EventsPerSecond} events/s"));

    private static async Task<TimeSpan> ConnectAsync(IEnumerable<Client> clients)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce }, (client, _) => new ValueTask(client.ConnectAsync()));
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Pictures, which are never left out in favour of newer ones. Returns how many each generation has got.</summary>
    private static async Task<int> PublishAsync(IChannel channel, List<Guid> generations, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) * generations.Count / EventsPerSecond);
        var number = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            number++;
            foreach (var generation in generations)
                await FanoutPublisher.PublishAsync(channel, GenerationEventTypes.Image, generation, GenerationSequence.Of(1, number), due: 0);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return number;
    }

    private sealed class Client(FanoutServer gateway, Guid generation) : IDisposable
    {
        private ClientWebSocket _socket = new();
        private Task _reading = Task.CompletedTask;
        private long _cursor;

        /// <summary>The number of the newest event.</summary>
        public int Last { get; private set; }

        public int Received { get; private set; }

        public int Unexpected { get; private set; }

        public async Task ConnectAsync()
        {
            await _reading;
            _socket = new ClientWebSocket();
            await _socket.ConnectAsync(gateway.AddressOf(generation, _cursor), CancellationToken.None);
            _reading = ReadAsync(_socket);
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
            if (number != Last + 1)
                Unexpected++;
            Received++;
            Last = number;
        }
    }
}
