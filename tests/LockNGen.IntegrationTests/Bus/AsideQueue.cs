using System.Text;
using LockNGen.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>Messages that a queue has put aside: those that failed, and those of a type without a consumer.</summary>
internal sealed class AsideQueue
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly List<string> _bodies = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _awaited = [];

    /// <summary>Begins to listen to what <paramref name="queue"/> puts aside.</summary>
    public static async Task<AsideQueue> OpenAsync(IChannel channel, string queue)
    {
        var aside = new AsideQueue();
        var name = (await channel.QueueDeclareAsync()).QueueName;
        foreach (var exchange in (string[])[queue + "_error", queue + "_skipped"])
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync(name, exchange, "");
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            aside.Take(Encoding.UTF8.GetString(message.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(name, autoAck: true, consumer);
        return aside;
    }

    /// <summary>Waits until so many messages have been put aside; returns their bodies.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_bodies)
        {
            _awaited.Add((count, reached));
            Notify();
        }

        await reached.Task.WaitAsync(Patience);
        lock (_bodies)
            return [.. _bodies];
    }

    /// <summary>Publishes a message as any client could.</summary>
    public static async Task PublishAsync(IChannel channel, string exchange, string routingKey, byte[] body, string? messageType)
    {
        var properties = new BasicProperties { ContentType = "application/json", Persistent = true, Headers = new Dictionary<string, object?>() };
        if (messageType is not null)
            properties.Headers[EventHeaders.MessageType] = messageType;
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: false, properties, body);
    }

    private void Take(string body)
    {
        lock (_bodies)
        {
            _bodies.Add(body);
            Notify();
        }
    }

    private void Notify()
    {
        foreach (var (_, reached) in _awaited.Where(a => a.Count <= _bodies.Count))
            reached.TrySetResult();
    }
}
