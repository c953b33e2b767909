using LockNGen.Contracts;
using MassTransit;

namespace DotnetSubscriber;

/// <summary>
/// Hears how generations end. A message is acknowledged when Consume returns, so an event may come twice (a crash in between): remember
/// the generation and its sequence, and ignore what is not above what you have seen.
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
