using System.Text;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.WebhookNotifier.Storage;
using LockNGen.Webhooks;
using MassTransit;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>The webhook that came with a generation: its outcome, to one address.</summary>
internal sealed partial class RegisterWebhookConsumer(WebhookStore store, RetryingDatabase patience, ILogger<RegisterWebhookConsumer> logger)
    : IConsumer<RegisterWebhook>
{
    public async Task Consume(ConsumeContext<RegisterWebhook> context)
    {
        var command = context.Message;
        if (!CallbackAddress.TryRead(command.Url, out _, out _) || (command.Secret is { } secret && !WebhookSecret.IsValid(secret)))
        {
            // The API has checked both, so this message comes from elsewhere; only the operator can be notified.
            LogRefused(command.GenerationId);
            return;
        }

        var webhook = new Webhook
        {
            // Derived from its content, so that a repeated command yields the same webhook.
            Id = MessageIds.Version5(command.GenerationId, Encoding.UTF8.GetBytes(command.Url)),
            Owner = command.Owner,
            GenerationId = command.GenerationId,
            Url = command.Url,
            EventTypes = DeliverableEvents.Default,
            Secret = command.Secret,
        };
        await patience.RunAsync(token => store.AddForGenerationAsync(webhook, token), context.CancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "The webhook of generation {GenerationId} has a malformed address or secret and is ignored")]
    private partial void LogRefused(Guid generationId);
}
