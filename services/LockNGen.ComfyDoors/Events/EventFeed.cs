using LockNGen.ComfyDoors.Timelines;
using LockNGen.Contracts;
using LockNGen.Web.Authentication;
using MassTransit;

namespace LockNGen.ComfyDoors.Events;

/// <summary>Passes events to the state of their owner; those of owners unknown to this door are dropped.</summary>
internal sealed class EventFeed(OwnerStates owners, JobWatch watch, RevocationList revocations) :
    IConsumer<GenerationQueued>,
    IConsumer<GenerationStarted>,
    IConsumer<GenerationNodeExecuting>,
    IConsumer<GenerationProgressed>,
    IConsumer<GenerationCustom>,
    IConsumer<GenerationCompleted>,
    IConsumer<GenerationFailed>,
    IConsumer<GenerationCancelled>,
    IConsumer<TokenRevoked>
{
    public Task Consume(ConsumeContext<GenerationQueued> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationStarted> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationNodeExecuting> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationProgressed> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationCustom> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationCompleted> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationFailed> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<GenerationCancelled> context) => TakeAsync(context, context.Message);

    public Task Consume(ConsumeContext<TokenRevoked> context)
    {
        revocations.Add(context.Message);
        return Task.CompletedTask;
    }

    private Task TakeAsync(ConsumeContext context, GenerationEvent message)
    {
        watch.Take(message);
        owners.Find(context.Headers.Get<string>(EventHeaders.Owner))?.Take(message);
        return Task.CompletedTask;
    }
}
