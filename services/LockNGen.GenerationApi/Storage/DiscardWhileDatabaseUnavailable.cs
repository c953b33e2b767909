using System.Data.Common;
using MassTransit;

namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// Drops a message that failed because the database is away, instead of parking it: only for queues whose senders repeat unanswered messages.
/// Parked, these messages would stay in the error queue forever. Any other failure goes there.
/// </summary>
internal sealed class DiscardWhileDatabaseUnavailable : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next) =>
        context.Exception.GetBaseException() is DbException || context.Exception is DbException ? Task.CompletedTask : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("discard-while-database-is-away");
}
