using LockNGen.RealtimeGateway.History;
using Microsoft.Extensions.Time.Testing;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.History;

public sealed class GenerationLogsTests
{
    [Fact]
    public void Sweep_WhileEventsMayComeTwice_ForgetsNothingThatHasEnded()
    {
        var (id, clock, everybody) = (Guid.NewGuid(), new FakeTimeProvider(), new AudienceOfAll());
        var logs = TestLogs.Create(clock: clock);
        foreach (var message in Life(id))
            logs.GetOrAdd(id).Append(TestLogs.Message(message), owner: null, everybody);
        clock.Advance(logs.Options.AfterEnd);

        logs.MayRepeat = true;
        logs.Sweep();
        logs.TryGet(id, out _).ShouldBeTrue();
        logs.MayRepeat = false;
        logs.Sweep();

        logs.TryGet(id, out _).ShouldBeFalse();
    }
}
