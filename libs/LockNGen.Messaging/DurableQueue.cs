using LockNGen.Contracts;
using MassTransit;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// A queue that survives the loss of a node: a quorum queue, held by a majority of the broker's nodes. It is bound to the exchange that its
/// messages are sent to; the queue with that exchange's own name was a classic one, on one node, and <see cref="QueueTakeover"/> empties and
/// removes it where an older version left it.
/// </summary>
/// <param name="Exchange">The exchange to which its messages are sent.</param>
public sealed record DurableQueue(string Exchange)
{
    /// <summary>
    /// A message delivered this often without being acknowledged is moved aside, or dropped. A lost connection counts,
    /// too; RabbitMQ 4 would stop at 20, older ones never.
    /// </summary>
    public const int DeliveryLimit = 100;

    /// <summary>The WebhookNotifier's, which a sender may have to declare before the notifier does.</summary>
    public static DurableQueue WebhookNotifier { get; } = new(BusQueues.WebhookNotifier) { PutsAside = true, HasOneReader = true };

    /// <summary>The queue.</summary>
    public string Name => Exchange + "-quorum";

    /// <summary>
    /// Whether a message that reaches the limit goes to the <c>_error</c> queue, like those that fail. Not for queues whose messages expire: those would
    /// go there, too. Their senders repeat them.
    /// </summary>
    public bool PutsAside { get; init; }

    /// <summary>Whether only one of its readers gets messages, for as long as that reader lives.</summary>
    public bool HasOneReader { get; init; }

    /// <summary>How long it is kept, with its content, without a reader; null: forever.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>Every declaration must use exactly these.</summary>
    private Dictionary<string, object?> Arguments
    {
        get
        {
            var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = DeliveryLimit };
            if (HasOneReader)
                arguments["x-single-active-consumer"] = true;
            if (Expires is { } expires)
                arguments["x-expires"] = (int)expires.TotalMilliseconds;
            if (PutsAside)
            {
                arguments["x-dead-letter-exchange"] = ErrorQueue;
                // Otherwise a message is lost if moving it aside is interrupted; the broker requires this overflow setting for it.
                arguments["x-dead-letter-strategy"] = "at-least-once";
                arguments["x-overflow"] = "reject-publish";
            }

            return arguments;
        }
    }

    /// <summary>MassTransit's error queue, which it declares with the arguments of the queue itself.</summary>
    private string ErrorQueue => Name + "_error";

    /// <summary>Declares it where MassTransit does not.</summary>
    public Task DeclareAsync(IChannel channel, CancellationToken cancellationToken) =>
        channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, Arguments, cancellationToken: cancellationToken);

    /// <summary>Binds it to its exchange, as MassTransit does.</summary>
    public async Task BindAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(Name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(Name, Name, routingKey: "", cancellationToken: cancellationToken);
        await channel.ExchangeBindAsync(Name, Exchange, routingKey: "", cancellationToken: cancellationToken);
    }

    internal void Configure(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.Bind(Exchange);
        var arguments = Arguments;
        foreach (var (name, value) in arguments)
            endpoint.SetQueueArgument(name, value);
        if (!PutsAside)
            return;
        endpoint.BindDeadLetterQueue(ErrorQueue, ErrorQueue, queue =>
        {
            foreach (var (name, value) in arguments)
                queue.SetQueueArgument(name, value);
        });
    }
}
