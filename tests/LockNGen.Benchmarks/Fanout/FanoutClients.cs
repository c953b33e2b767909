using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>Clients of a gateway, which note how long each event was on its way and whether any is missing.</summary>
internal sealed class FanoutClients : IAsyncDisposable
{
    /// <summary>Handshakes at a time: more than a server's backlog would be refused.</summary>
    private const int ConnectingAtOnce = 64;

    private readonly List<Client> _clients = [];
    private readonly CancellationTokenSource _closing = new();

    /// <summary>What all clients have got since <see cref="Reset"/>.</summary>
    public (long Deliveries, long Disorder, List<double> Latencies) Collect()
    {
        var latencies = new List<double>();
        long disorder = 0;
        foreach (var client in _clients)
        {
            lock (client)
            {
                latencies.AddRange(client.Latencies);
                disorder += client.Disorder;
            }
        }

        latencies.Sort();
        return (latencies.Count, disorder, latencies);
    }

    public void Reset()
    {
        foreach (var client in _clients)
        {
            lock (client)
            {
                client.Latencies.Clear();
                client.Disorder = 0;
            }
        }
    }

    /// <summary>Connects client n to generation n modulo their number, and returns when each has received an event of its generation.</summary>
    public async Task ConnectAsync(Func<Guid, Uri> address, IReadOnlyList<Guid> generations, int count)
    {
        _clients.AddRange(Enumerable.Range(0, count).Select(i => new Client(address(generations[i % generations.Count]))));
        await Parallel.ForEachAsync(_clients, new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce }, async (client, cancellationToken) =>
        {
            await client.Socket.ConnectAsync(client.Address, cancellationToken);
            client.Reading = client.ReadAsync(_closing.Token);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (var client in _clients)
        {
            await client.Reading;
            client.Socket.Dispose();
        }

        _closing.Dispose();
    }

    private sealed class Client(Uri address)
    {
        private long _last;

        public Uri Address => address;

        public ClientWebSocket Socket { get; } = new();

        public Task Reading { get; set; } = Task.CompletedTask;

        public List<double> Latencies { get; } = [];

        public long Disorder { get; set; }

        public async Task ReadAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                    Take((await Socket.ReadMessageAsync(buffer, cancellationToken)).Span);
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException)
            {
                // The end of the benchmark, or of the server; what did not arrive is counted as missing.
            }
        }

        private void Take(ReadOnlySpan<byte> json)
        {
            var now = Stopwatch.GetTimestamp();
            long sequence = 0;
            long due = 0;
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                if (reader.ValueTextEquals("sequence"u8) && reader.Read())
                    sequence = reader.GetInt64();
                else if (reader.ValueTextEquals(FanoutPublisher.DueProperty) && reader.Read())
                    due = reader.GetInt64();
            }

            if (due == 0)
                return;
            lock (this)
            {
                if (sequence <= _last)
                    Disorder++;
                _last = Math.Max(_last, sequence);
                Latencies.Add(Stopwatch.GetElapsedTime(due, now).TotalMilliseconds);
            }
        }
    }
}
