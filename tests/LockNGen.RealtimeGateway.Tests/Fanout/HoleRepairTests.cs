using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Tests.History;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Fanout;

public sealed class HoleRepairTests
{
    private readonly Guid _id = Guid.NewGuid();

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task Repair_EventsThatCameLate_SearchesFromWhenTheLastOneWasPublished(int secondsLate)
    {
        var before = Queued(_id);
        var clock = new FakeTimeProvider(before.Timestamp.AddSeconds(secondsLate));
        var (logs, everybody, history) = (TestLogs.Create(clock: clock), new AudienceOfAll(), new AskedHistory());
        var log = logs.GetOrAdd(_id);
        log.Append(TestLogs.Message(before), owner: null, everybody);
        log.Append(TestLogs.Message(Progress(_id, First(9), state: First(8))), owner: null, everybody).ShouldBe(AppendOutcome.Hole);
        using var repair = new HoleRepair(logs, everybody, history, logs.Metrics, NullLogger<HoleRepair>.Instance);
        await repair.StartAsync(TestContext.Current.CancellationToken);

        repair.Request(_id);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        // It waits briefly before it reads the stream.
        while (!history.Since.Task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        // A publisher's clock that is ahead of ours must not hide events that have already arrived.
        var known = secondsLate > 0 ? before.Timestamp : clock.GetUtcNow();
        (await history.Since.Task).ShouldBeLessThan(known);
        await repair.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed class AskedHistory : IEventHistory
    {
        public TaskCompletionSource<DateTimeOffset> Since { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task ReadAsync(DateTimeOffset since, Action<ServerMessage, string?> take, CancellationToken cancellationToken)
        {
            Since.TrySetResult(since);
            return Task.CompletedTask;
        }
    }
}
