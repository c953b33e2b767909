using LockNGen.Contracts;
using MassTransit;

namespace DotnetSubscriber;

/// <summary>
/// Receives the outcomes of generations. A message is acknowledged when Consume returns, so an event may arrive twice (after a crash in between):
/// remember the last sequence of each generation, and ignore events that are not above it.
/// </summary>
public sealed class OutcomeConsumer : IConsumer<GenerationCompleted>, IConsumer<GenerationFailed>
{
    public Task Consume(ConsumeContext<GenerationCompleted> context)
    {
        var completed = context.Message;
        var owner = context.Headers.Get<string>(EventHeaders.Owner) ?? "nobody";
        Console.WriteLine($"{completed.GenerationId} of {owner}: {completed.Data.Images.Count} image(s) in {completed.Data.DurationSeconds} s");
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<GenerationFailed> context)
    {
        var failed = context.Message;
        Console.WriteLine($"{failed.GenerationId} failed: {failed.Data.Error.Code}, {failed.Data.Error.Message}");
        return Task.CompletedTask;
    }
}
