using LockNGen.Contracts;
using MassTransit;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// Exchanges, stream and bindings, the same whichever service declares them first. MassTransit declares them before the first
/// publish of every connection, so nothing is ever published to a missing exchange.
/// </summary>
public static class EventTopology
{
    /// <summary>
    /// The RabbitMQ stream of all state events, from which a gateway fills its rings when it starts and after losing its broker connection.
    /// Progress is not in it: storing each of those cost the broker more than delivering it, and newer progress supersedes what is missed.
    /// </summary>
    public const string Stream = "generation-events";

    /// <summary>The stream's queue arguments; every declaration must use exactly these.</summary>
    private static Dictionary<string, object?> StreamArguments(BusOptions options) => new()
    {
        ["x-queue-type"] = "stream",
        ["x-max-age"] = $"{(long)options.StreamMaxAge.TotalSeconds}s",
        ["x-max-length-bytes"] = options.StreamMaxBytes,
        // Age and size are enforced a segment at a time; RabbitMQ's default of 500 MB would make both meaningless here.
        ["x-stream-max-segment-size-bytes"] = Math.Min(64L << 20, options.StreamMaxBytes / 4),
    };

    /// <summary>
    /// Declares the same where MassTransit does not: before a channel publishes or reads events without it. Removes progress from the stream where
    /// an older version has bound it; while one of those runs it may bind it again, which costs throughput but does no harm.
    /// </summary>
    public static async Task DeclareAsync(IChannel channel, BusOptions options, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(
            Stream, durable: true, exclusive: false, autoDelete: false, StreamArguments(options), cancellationToken: cancellationToken);
        await DeclareAsync(ProgressPartitions.Exchange, ExchangeType.Direct);
        foreach (var exchange in GenerationEventTypes.All)
        {
            await DeclareAsync(exchange, ExchangeType.Fanout);
            if (!GenerationEventTypes.IsProgress(exchange))
            {
                await channel.QueueBindAsync(Stream, exchange, routingKey: "", cancellationToken: cancellationToken);
                continue;
            }

            await channel.QueueUnbindAsync(Stream, exchange, routingKey: "", cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(ProgressPartitions.Exchange, exchange, routingKey: "", cancellationToken: cancellationToken);
        }

        await DeclareAsync(ProgressPartitions.PreviewExchange, ExchangeType.Direct);
        await DeclareAsync(GenerationPreviewBytes.Exchange, ExchangeType.Fanout);
        await channel.ExchangeBindAsync(
            ProgressPartitions.PreviewExchange, GenerationPreviewBytes.Exchange, routingKey: "", cancellationToken: cancellationToken);

        Task DeclareAsync(string exchange, string type) =>
            channel.ExchangeDeclareAsync(exchange, type, durable: true, autoDelete: false, cancellationToken: cancellationToken);
    }

    internal static void NameExchanges(IBusFactoryConfigurator bus)
    {
        Name<GenerationQueued>(GenerationEventTypes.Queued);
        Name<GenerationStarted>(GenerationEventTypes.Started);
        Name<GenerationNodeExecuting>(GenerationEventTypes.Node);
        Name<GenerationProgressed>(GenerationEventTypes.Progress);
        Name<GenerationPreviewed>(GenerationEventTypes.Preview);
        Name<GenerationCustom>(GenerationEventTypes.Custom);
        Name<GenerationImageCompleted>(GenerationEventTypes.Image);
        Name<GenerationCompleted>(GenerationEventTypes.Completed);
        Name<GenerationFailed>(GenerationEventTypes.Failed);
        Name<GenerationCancelled>(GenerationEventTypes.Cancelled);
        Name<GenerationPreviewBytes>(GenerationPreviewBytes.Exchange);
        Name<TokenRevoked>(TokenRevoked.Exchange);
        bus.Publish<GenerationEvent>(p => p.Exclude = true);

        void Name<T>(string exchange)
            where T : class => bus.Message<T>(m => m.SetEntityName(exchange));
    }

    internal static void BindStream(IRabbitMqBusFactoryConfigurator bus, BusOptions options)
    {
        var arguments = StreamArguments(options);
        Bind<GenerationQueued>(GenerationEventTypes.Queued);
        Bind<GenerationStarted>(GenerationEventTypes.Started);
        Bind<GenerationImageCompleted>(GenerationEventTypes.Image);
        Bind<GenerationCompleted>(GenerationEventTypes.Completed);
        Bind<GenerationFailed>(GenerationEventTypes.Failed);
        Bind<GenerationCancelled>(GenerationEventTypes.Cancelled);

        // Naming the message's own exchange makes MassTransit bind the stream to it directly, without an exchange in between.
        void Bind<T>(string exchange)
            where T : class => bus.Publish<T>(p => p.BindQueue(exchange, Stream, queue =>
        {
            queue.Durable = true;
            foreach (var (name, value) in arguments)
                queue.SetQueueArgument(name, value);
        }));
    }
}
