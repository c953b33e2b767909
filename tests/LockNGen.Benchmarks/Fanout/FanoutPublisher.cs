using System.Diagnostics;
using System.Globalization;
using System.Text;
using LockNGen.Contracts;
using RabbitMQ.Client;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>
/// Publishes progress at a steady rate, no matter what the servers do: an event contains the time at which it was due, so that a late one counts as
/// slow and does not delay the next one.
/// </summary>
internal sealed class FanoutPublisher(IChannel channel, IReadOnlyList<Guid> generations)
{
    /// <summary>The usual size of an event in bytes.</summary>
    private const int Size = 250;

    private long _published;

    public static ReadOnlySpan<byte> DueProperty => "due"u8;

    /// <summary>Publishes for this long, and returns the number of events.</summary>
    public async Task<int> RunAsync(int eventsPerSecond, TimeSpan duration)
    {
        var count = (int)(eventsPerSecond * duration.TotalSeconds);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var due = start + (long)(i * (double)Stopwatch.Frequency / eventsPerSecond);
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (early > TimeSpan.FromMilliseconds(1))
                await Task.Delay(early);
            await PublishAsync(due);
        }

        return count;
    }

    /// <summary>The first event of each generation, so that a gateway knows it from its beginning.</summary>
    public async Task BeginAsync()
    {
        for (var i = 0; i < generations.Count; i++)
            await PublishAsync(due: 0);
    }

    private async Task PublishAsync(long due)
    {
        var generation = generations[(int)(_published % generations.Count)];
        var sequence = GenerationSequence.Of(1, (_published / generations.Count) + 1);
        _published++;
        await PublishAsync(channel, GenerationEventTypes.Progress, generation, sequence, due);
    }

    /// <summary>Publishes one event of the usual size.</summary>
    public static async Task PublishAsync(IChannel channel, string type, Guid generation, long sequence, long due)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"type":"{{{type}}}","generationId":"{{{generation}}}","sequence":{{{sequence}}},"data":{"progress":50,"overallProgress":50,"currentNode":"KSampler","nodeId":"5","step":10,"totalSteps":20,"imageIndex":1,"totalImages":1},"timestamp":"2026-02-03T15:07:00.123Z","due":{{{due}}}""");
        await channel.BasicPublishAsync(type, "", Encoding.UTF8.GetBytes(head.PadRight(Size - 1) + "}"));
    }
}
