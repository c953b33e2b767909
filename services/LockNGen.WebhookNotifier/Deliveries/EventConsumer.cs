using LockNGen.Contracts;
using LockNGen.WebhookNotifier.Storage;
using MassTransit;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>
/// Reads the events that can be delivered. A message is acknowledged when its deliveries are stored, and not before: while the
/// database is away, events wait in the queue.
/// </summary>
internal sealed class EventConsumer(DeliveryIntake intake, RetryingDatabase patience) :
    IConsumer<GenerationQueued>,
    IConsumer<GenerationStarted>,
    IConsumer<GenerationImageCompleted>,
    IConsumer<GenerationCompleted>,
    IConsumer<GenerationFailed>,
    IConsumer<GenerationCancelled>
{
    public Task Consume(ConsumeContext<GenerationQueued> context) => StoreAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationStarted> context) => StoreAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationImageCompleted> context) => StoreAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationCompleted> context) => StoreAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationFailed> context) => StoreAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationCancelled> context) => StoreAsync(context, context.Message);

    /// <summary>The receiver gets exactly the bytes that the broker had, not a re-serialized copy.</summary>
    private Task StoreAsync(ConsumeContext context, GenerationEvent message)
    {
        var owner = context.Headers.Get<string>(EventHeaders.Owner);
        var traceParent = context.Headers.Get<string>(EventHeaders.TraceParent);
        var body = context.ReceiveContext.Body.GetBytes();
        return patience.RunAsync(token => intake.AddAsync(message, owner, traceParent, body, token), context.CancellationToken);
    }
}
