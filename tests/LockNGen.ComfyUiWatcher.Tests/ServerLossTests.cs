using System.Diagnostics;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>ComfyUI killed and frozen at every stage of a generation, with the real API and another server to go to.</summary>
[Trait("Category", "Integration")]
[Collection(nameof(BrokerCollection))]
public sealed class ServerLossTests(RabbitMqBroker broker)
{
    private static readonly string[] Stages = ["ExecutionStart", "Executing", "Progress", "Executed", "ExecutionSuccess", "HistoryWritten"];

    [Fact]
    public async Task Server_KilledAtAnyStage_HasItsGenerationsFinishedElsewhere()
    {
        await using var farm = await Farm.StartAsync(await broker.CreateVirtualHostAsync(), servers: 2, stepMilliseconds: 5);
        await farm.StartWatcher("watcher").ReadyAsync(TestContext.Current.CancellationToken);
        foreach (var stage in Stages)
        {
            var (id, victim) = await HoldGenerationAsync(farm, stage);

            await victim.Process.KillAsync();
            await FinishedAsync(farm, id, victim, stage);

            await victim.RestartAsync();
        }
    }

    [Fact]
    public async Task Server_FrozenAtAnyStage_HasItsGenerationsFinishedElsewhereAndEndsNothingWhenItWakes()
    {
        await using var farm = await Farm.StartAsync(await broker.CreateVirtualHostAsync(), servers: 2, stepMilliseconds: 5);
        await farm.StartWatcher("watcher").ReadyAsync(TestContext.Current.CancellationToken);
        var ids = new List<Guid>();
        foreach (var stage in Stages)
        {
            var (id, victim) = await HoldGenerationAsync(farm, stage);
            ids.Add(id);

            await victim.Process.FreezeAsync();
            await FinishedAsync(farm, id, victim, stage);

            await victim.Process.ThawAsync();
            await victim.Control.ReleaseAllAsync();
        }

        // All of them have been up again since, and have reported what was left.
        await farm.UntilAllUpAsync();
        ids.ShouldAllBe(id => EndsOf(farm, id) == 1);
    }

    /// <summary>A generation that is held at a stage, and its server; the other one is free.</summary>
    private static async Task<(Guid Id, FarmServer Server)> HoldGenerationAsync(Farm farm, string stage)
    {
        await farm.UntilAllUpAsync();
        var holds = new List<Guid>();
        foreach (var server in farm.Servers)
            holds.Add(await server.Control.HoldAsync(stage));
        var id = await farm.Api.Http.SubmitAsync(steps: 20, seed: Stopwatch.GetTimestamp());
        var started = await farm.Events.WaitForAsync<GenerationStarted>(id);
        var at = farm.Servers.ToList().FindIndex(s => s.Name == started.Data.Instance);
        await farm.Servers[at].Control.HeldAsync(holds[at]);
        await farm.Servers[1 - at].Control.ReleaseAllAsync();
        return (id, farm.Servers[at]);
    }

    private static async Task FinishedAsync(Farm farm, Guid id, FarmServer victim, string stage)
    {
        var completed = await farm.Events.WaitForAsync<GenerationCompleted>(id);

        completed.Data.Images.ShouldHaveSingleItem();
        EndsOf(farm, id).ShouldBe(1);
        // The history may have been fetched before the loss.
        if (stage != "HistoryWritten")
            farm.Events.Of<GenerationStarted>(id)[^1].Data.Instance.ShouldNotBe(victim.Name, stage);
    }

    private static int EndsOf(Farm farm, Guid id) =>
        farm.Events.Of(id).Where(e => GenerationEventTypes.IsTerminal(e.Type)).Select(e => e.Sequence).Distinct().Count();
}
