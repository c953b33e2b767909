using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Watchers as processes on a real broker, killed and frozen in the middle of their work.</summary>
[Trait("Category", "Integration")]
[Collection(nameof(BrokerCollection))]
public sealed class ProcessTests(RabbitMqBroker broker)
{
    [Theory]
    [InlineData("ExecutionStart")]
    [InlineData("Progress")]
    [InlineData("HistoryWritten")]
    public async Task Watcher_Killed_IsReplacedAndNothingIsRenderedTwice(string stage)
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 20);
        await using var ledger = await LedgerHost.StartAsync(await broker.CreateVirtualHostAsync());
        await using var first = ledger.StartWatcher("first", [comfy.Url]);
        await ledger.WaitForOwnerAsync("comfy-0");
        await using var second = ledger.StartWatcher("second", [comfy.Url]);
        await second.ReadyAsync(TestContext.Current.CancellationToken);
        var hold = await comfy.HoldAsync(stage);
        var row = ledger.Submit(Workflows.TextToImage(steps: 30), images: 2);
        await comfy.HeldAsync(hold);

        await first.KillAsync();
        await ledger.Events.WaitForAsync<GenerationStarted>(row.Id, s => s.Data.Attempt > 1);
        await comfy.ReleaseAsync(hold);
        var completed = await ledger.Events.WaitForAsync<GenerationCompleted>(row.Id);

        completed.Data.Images.Count.ShouldBe(2);
        (await comfy.RendersAsync()).Count.ShouldBe(2);
        ledger.Events.Of(row.Id).Count(e => GenerationEventTypes.IsTerminal(e.Type)).ShouldBe(1);
    }

    [Fact]
    public async Task Watcher_FrozenAndThawed_CannotEndTheGenerationASecondTime()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 20);
        await using var ledger = await LedgerHost.StartAsync(await broker.CreateVirtualHostAsync());
        await using var first = ledger.StartWatcher("first", [comfy.Url]);
        await ledger.WaitForOwnerAsync("comfy-0");
        await using var second = ledger.StartWatcher("second", [comfy.Url]);
        await second.ReadyAsync(TestContext.Current.CancellationToken);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 3);
        var row = ledger.Submit(Workflows.TextToImage(steps: 30), images: 2);
        await comfy.HeldAsync(hold);

        await first.FreezeAsync();
        await ledger.Events.WaitForAsync<GenerationStarted>(row.Id, s => s.Data.Attempt > 1);
        await comfy.ReleaseAsync(hold);
        await ledger.Events.WaitForAsync<GenerationCompleted>(row.Id);
        await first.ThawAsync();
        await first.LoggedAsync("is not ours any more");

        ledger.Events.Of(row.Id).Count(e => GenerationEventTypes.IsTerminal(e.Type)).ShouldBe(1);
        (await comfy.RendersAsync()).Count.ShouldBe(2);
    }

    [Fact]
    [Trait("Broker", "Private")]
    public async Task Broker_KilledWhileComfyUiRenders_GetsEverythingInOrderWhenItIsBack()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 20);
        await using var ledger = await LedgerHost.StartAsync(await broker.CreateVirtualHostAsync());
        // No lease expires while the broker is away.
        ledger.Ledger.Lease = TimeSpan.FromMinutes(5);
        await using var watcher = ledger.StartWatcher("first", [comfy.Url]);
        await ledger.WaitForOwnerAsync("comfy-0");
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 3);
        var row = ledger.Submit(Workflows.TextToImage(steps: 10));
        await comfy.HeldAsync(hold);

        await broker.KillAsync();
        await comfy.ReleaseAsync(hold);
        await watcher.LoggedAsync("Events cannot reach the broker");
        await broker.StartAsync();
        await ledger.Events.WaitForAsync<GenerationCompleted>(row.Id);

        var sequences = ledger.Events.Of(row.Id).Select(e => e.Sequence).Distinct().ToList();
        sequences.ShouldBeInOrder();
        sequences[^1].ShouldBe(GenerationSequence.Of(1, sequences.Count));
        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Watcher_ThatIsStopped_HandsItsWorkOverAtOnce()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 20);
        await using var ledger = await LedgerHost.StartAsync(await broker.CreateVirtualHostAsync());
        await using var first = ledger.StartWatcher("first", [comfy.Url]);
        await ledger.WaitForOwnerAsync("comfy-0");
        await using var second = ledger.StartWatcher("second", [comfy.Url]);
        await second.ReadyAsync(TestContext.Current.CancellationToken);
        var hold = await comfy.HoldAsync("Progress", "KSampler", step: 3);
        var row = ledger.Submit(Workflows.TextToImage(steps: 30));
        await comfy.HeldAsync(hold);

        (await first.TerminateAsync()).ShouldBe(0);
        await ledger.Events.WaitForAsync<GenerationStarted>(row.Id, s => s.Data.Attempt > 1);
        await comfy.ReleaseAsync(hold);

        await ledger.Events.WaitForAsync<GenerationCompleted>(row.Id);
        (await comfy.RendersAsync()).Count.ShouldBe(1);
    }
}
