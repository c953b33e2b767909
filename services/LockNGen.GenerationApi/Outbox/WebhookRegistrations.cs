using LockNGen.Contracts;
using LockNGen.Messaging;
using MassTransit;
using RabbitMQ.Client;

namespace LockNGen.GenerationApi.Outbox;

/// <summary>
/// Registers webhooks with the notifier, whether or not it has ever run: a queue that does not exist yet is declared first, bound to the
/// outcomes that it must receive. The queue is not needed before, so an installation without webhooks gets none that fills up unread.
/// </summary>
internal sealed partial class WebhookRegistrations(CommandClient commands, BrokerNodes nodes, ILogger<WebhookRegistrations> logger)
{
    private static readonly DurableQueue Queue = DurableQueue.WebhookNotifier;

    public async Task SendAsync(RegisterWebhook command, CancellationToken cancellationToken)
    {
        try
        {
            await commands.SendAsync(Queue.Exchange, command, cancellationToken, mandatory: true);
        }
        catch (MessageReturnedException)
        {
            await DeclareAsync(cancellationToken);
            LogDeclared(Queue.Name);
            await commands.SendAsync(Queue.Exchange, command, cancellationToken, mandatory: true);
        }
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await nodes.CreateFactory().CreateConnectionAsync("generation-api webhook registrations", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await Queue.DeclareAsync(channel, cancellationToken);
        await Queue.BindAsync(channel, cancellationToken);
        foreach (var outcome in GenerationEventTypes.All.Where(GenerationEventTypes.IsTerminal))
        {
            await channel.ExchangeDeclareAsync(outcome, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(Queue.Name, outcome, routingKey: "", cancellationToken: cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "The queue {Queue} did not exist and was declared: the notifier will process its registrations when it first starts")]
    private partial void LogDeclared(string queue);
}
