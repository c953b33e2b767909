using LockNGen.Contracts;
using LockNGen.GenerationApi.Storage;
using MassTransit;

namespace LockNGen.GenerationApi.Ledger;

/// <summary>Records which outcomes have come back from the broker: those that do not are published again.</summary>
internal sealed class OutcomeSeenConsumer(GenerationsDatabase database, Endings endings)
    : IConsumer<GenerationCompleted>, IConsumer<GenerationFailed>, IConsumer<GenerationCancelled>
{
    public Task Consume(ConsumeContext<GenerationCompleted> context) => NoteAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<GenerationFailed> context) => NoteAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<GenerationCancelled> context) => NoteAsync(context.Message, context.CancellationToken);

    private async Task NoteAsync(GenerationEvent outcome, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            session => session.ExecuteAsync(
                "UPDATE generations SET outcome_seen_at = @Now WHERE id = @GenerationId AND outcome_seen_at IS NULL AND ended_at IS NOT NULL",
                new { outcome.GenerationId, session.Now }),
            cancellationToken);
        endings.Notify(outcome.GenerationId);
    }
}
