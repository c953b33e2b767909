using System.Globalization;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Watchers killed and frozen under the real API, while ComfyUI survives.</summary>
[Trait("Category", "Integration")]
[Collection(nameof(BrokerCollection))]
public sealed class WatcherLossTests(RabbitMqBroker broker)
{
    /// <summary>LOCKNGEN_SOAK_GENERATIONS makes the soak longer; one watcher is killed for every 25 of them.</summary>
    private static readonly int SoakGenerations =
        int.TryParse(Environment.GetEnvironmentVariable("LOCKNGEN_SOAK_GENERATIONS"), out var number) ? number : 500;

    [Fact]
    public async Task Watcher_FrozenUntilNothingOfItIsLeft_WakesUpAndEndsNothingASecondTime()
    {
        var address = await broker.CreateVirtualHostAsync();
        var virtualHost = new Uri(address).AbsolutePath[1..];
        await using var farm = await Farm.StartAsync(address, servers: 1, stepMilliseconds: 20);
        var frozen = farm.StartWatcher("frozen");
        await frozen.ReadyAsync(TestContext.Current.CancellationToken);
        await farm.UntilAllUpAsync();
        var hold = await farm.Servers[0].Control.HoldAsync("Progress");
        var id = await farm.Api.Http.SubmitAsync(count: 2, steps: 20);
        await farm.Servers[0].Control.HeldAsync(hold);

        // What a minute of frost takes: its lease, its connections, its queue with the commands in it, and its generation.
        await frozen.FreezeAsync();
        var heir = farm.StartWatcher("heir");
        await heir.ReadyAsync(TestContext.Current.CancellationToken);
        await farm.Events.WaitForAsync<GenerationStarted>(id, s => s.Data.Attempt > 1);
        await farm.Servers[0].Control.ReleaseAsync(hold);
        await farm.Events.WaitForAsync<GenerationCompleted>(id);
        // MassTransit tells the broker which process it is in. After six seconds without a heartbeat the broker has closed the connections itself.
        var process = string.Create(CultureInfo.InvariantCulture, $"\"process_id\",\"{frozen.Id}\"");
        await broker.CloseConnectionsAsync("a minute has passed", process);
        await broker.ControlAsync("delete_queue", new DurableQueue(BusQueues.Watcher("frozen")).Name, "--vhost", virtualHost);
        await frozen.ThawAsync();
        await frozen.LoggedAsync("comfy-0 is not ours any more");

        // It has a place again: with the other one gone, it is it who renders.
        await heir.KillAsync();
        var next = await farm.Api.Http.SubmitAsync(seed: 7);
        await farm.Events.WaitForAsync<GenerationCompleted>(next);
        Ends(farm, id).ShouldHaveSingleItem().ShouldBeOfType<GenerationCompleted>().Data.Images.Count.ShouldBe(2);
        Ends(farm, next).ShouldHaveSingleItem();
        (await RendersAsync(farm)).ShouldBe([id, id, next], ignoreOrder: true);
    }

    [Fact]
    public async Task Soak_WithRandomKills_EndsEveryGenerationOnceAndRendersNothingTwice()
    {
        await using var farm = await Farm.StartAsync(await broker.CreateVirtualHostAsync(), servers: 4, stepMilliseconds: 2);
        var watchers = new[] { farm.StartWatcher("w0"), farm.StartWatcher("w1") };
        await farm.UntilAllUpAsync();
        var ids = new List<Guid>();
        for (var n = 0; n < SoakGenerations; n++)
            ids.Add(await farm.Api.Http.SubmitAsync(steps: 4, seed: n));

        var random = new Random(1);
        var kills = SoakGenerations / 25;
        for (var kill = 1; kill <= kills; kill++)
        {
            await farm.Events.WaitForEndsAsync(kill * SoakGenerations / (kills + 1));
            var victim = random.Next(2);
            await watchers[victim].KillAsync();
            watchers[victim] = farm.StartWatcher($"w{victim}");
        }

        await farm.Events.WaitForEndsAsync(SoakGenerations);

        foreach (var id in ids)
            Ends(farm, id).ShouldHaveSingleItem().ShouldBeOfType<GenerationCompleted>();
        var renders = (await RendersAsync(farm)).CountBy(id => id).ToDictionary();
        ids.Where(id => !renders.ContainsKey(id)).ShouldBeEmpty("completed, but never rendered");
        renders.Where(r => r.Value > 1).ShouldBeEmpty("rendered more than once");
    }

    // The API publishes events again that did not come back: the same event under the same number.
    private static List<GenerationEvent> Ends(Farm farm, Guid id) =>
        [.. farm.Events.Of(id).Where(e => GenerationEventTypes.IsTerminal(e.Type)).DistinctBy(e => e.Sequence)];

    private static async Task<List<Guid>> RendersAsync(Farm farm)
    {
        var renders = new List<Guid>();
        foreach (var server in farm.Servers)
        {
            renders.AddRange((await server.Control.GetAsync("simulator/renders")).EnumerateArray()
                .Select(r => r.GetProperty("extraData").GetProperty("lockngen").GetProperty("generationId").GetGuid()));
        }

        return renders;
    }
}
