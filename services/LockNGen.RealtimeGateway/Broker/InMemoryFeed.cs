using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Events of a bus within this process (Standalone).</summary>
internal sealed class InMemoryFeed(EventIngest ingest) :
    IConsumer<GenerationQueued>,
    IConsumer<GenerationStarted>,
    IConsumer<GenerationNodeExecuting>,
    IConsumer<GenerationProgressed>,
    IConsumer<GenerationPreviewed>,
    IConsumer<GenerationCustom>,
    IConsumer<GenerationImageCompleted>,
    IConsumer<GenerationCompleted>,
    IConsumer<GenerationFailed>,
    IConsumer<GenerationCancelled>,
    IConsumer<GenerationPreviewBytes>,
    IConsumer<TokenRevoked>
{
    public const string Queue = "realtime-gateway";

    public static void Configure(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = true;
        // One at a time, because order matters.
        endpoint.ConcurrentMessageLimit = 1;
        // Resolved with the first message: services that need the bus cannot be created while it is being built.
        endpoint.Consumer(context.GetRequiredService<InMemoryFeed>);
    }

    public Task Consume(ConsumeContext<GenerationQueued> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationStarted> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationNodeExecuting> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationProgressed> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationPreviewed> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationCustom> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationImageCompleted> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationCompleted> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationFailed> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationCancelled> context) => TakeEvent(context);

    public Task Consume(ConsumeContext<GenerationPreviewBytes> context)
    {
        ingest.TakePreview(context.ReceiveContext.Body.GetBytes());
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<TokenRevoked> context)
    {
        ingest.TakeRevocation(context.ReceiveContext.Body.GetBytes());
        return Task.CompletedTask;
    }

    private Task TakeEvent(ConsumeContext context)
    {
        ingest.TakeEvent(
            context.ReceiveContext.Body.GetBytes(),
            context.Headers.Get<string>(EventHeaders.Owner),
            context.Headers.Get<long>(EventHeaders.ReceivedAt) ?? 0,
            context.Headers.Get<string>(EventHeaders.TraceParent));
        return Task.CompletedTask;
    }
}
