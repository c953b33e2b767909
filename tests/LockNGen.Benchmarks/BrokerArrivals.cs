using System.Collections.Concurrent;
using LockNGen.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LockNGen.Benchmarks;

/// <summary>
/// A plain subscriber of progress on the broker: how long after ComfyUI's frame (header <see cref="EventHeaders.ReceivedAt"/>) an event is there,
/// its way from the broker to the subscriber included.
/// </summary>
internal sealed class BrokerArrivals : IAsyncDisposable
{
    private readonly ConcurrentBag<double> _milliseconds = [];
    private readonly IConnection _connection;

    private BrokerArrivals(IConnection connection) => _connection = connection;

    public static async Task<BrokerArrivals> StartAsync(Uri broker)
    {
        var arrivals = new BrokerArrivals(await new ConnectionFactory { Uri = broker }.CreateConnectionAsync());
        var channel = await arrivals._connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, GenerationEventTypes.Progress, routingKey: "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMicroseconds;
            if (delivery.BasicProperties.Headers?.TryGetValue(EventHeaders.ReceivedAt, out var at) == true && at is long receivedAt)
                arrivals._milliseconds.Add((now - receivedAt) / 1000);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return arrivals;
    }

    /// <summary>The events since the last call.</summary>
    public List<double> Take()
    {
        var taken = _milliseconds.Order().ToList();
        _milliseconds.Clear();
        return taken;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
