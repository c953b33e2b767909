using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Queue;

public abstract class WaitingListTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Position_OfOneOwner_IsFirstComeFirstServed()
    {
        await using var api = await StartApiAsync();

        var ids = new[] { await api.SubmitTextAsync(session: "a"), await api.SubmitTextAsync(session: "a"), await api.SubmitTextAsync(session: "a") };

        (await PositionsAsync(api, ids)).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Position_OfTheSecondOwner_IsNotBehindTheFirstOnesHundred()
    {
        await using var api = await StartApiAsync();
        var first = new[] { await api.SubmitTextAsync(session: "a"), await api.SubmitTextAsync(session: "a"), await api.SubmitTextAsync(session: "a") };

        var other = await api.SubmitTextAsync(session: "b");

        (await PositionsAsync(api, [.. first, other])).ShouldBe([0, 2, 3, 1]);
    }

    [Fact]
    public async Task Position_OfHighPriority_IsBeforeNormalAndLow()
    {
        await using var api = await StartApiAsync();

        var ids = new List<Guid>();
        foreach (var priority in new[] { "low", "normal", "high" })
            ids.Add((await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" }, priority })).GetProperty("id").GetGuid());

        (await PositionsAsync(api, ids)).ShouldBe([2, 1, 0]);
    }

    [Fact]
    public async Task Position_OfAnOwnersUrgentOnes_IsBeforeTheOwnersOthers_AndNotBeforeEveryoneElse()
    {
        await using var api = await StartApiAsync();
        var ids = new List<Guid>();
        foreach (var (session, priority) in new[] { ("a", "normal"), ("a", "high"), ("a", "high"), ("b", "low"), ("b", "normal") })
            ids.Add((await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" }, priority }, session)).GetProperty("id").GetGuid());

        // a's first urgent one, b's normal one, a's second urgent one, b's low one, a's normal one.
        (await PositionsAsync(api, ids)).ShouldBe([4, 0, 2, 3, 1]);
    }

    [Fact]
    public async Task Submission_OfAnyPriority_GetsItsPlace()
    {
        await using var api = await StartApiAsync();
        var dice = new Random(7);
        for (var i = 0; i < 30; i++)
        {
            var priority = new[] { "low", "normal", "high" }[dice.Next(3)];
            var answer = await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" }, priority }, $"owner-{dice.Next(3)}");

            (await PositionsAsync(api, [answer.GetProperty("id").GetGuid()])).ShouldBe([answer.GetProperty("position").GetInt32()], $"number {i}, {priority}");
        }
    }

    /// <summary>More than a pass considers that no instance can render, and then one that an instance can.</summary>
    [Fact]
    public async Task Work_ThatNoInstanceCanDo_DoesNotHoldUpOthers_AndIsDoneOnceOneCan()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var late = new FakeWatcher("w2", FakeWatcher.Instance("moon") with { Labels = new Dictionary<string, string> { ["on"] = "moon" } });
        await using var api = await StartApiAsync(watchers: [watcher, late]);
        (await api.Client.PostAsync("/api/queue/pause", null)).EnsureSuccessStatusCode();
        await watcher.StartAsync();
        var impossible = new { template = "txt2img", parameters = new { prompt = "x", model = "m" }, priority = "high", labels = new { required = new { on = "moon" } } };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            for (var n = 0; n < 30; n++)
                await api.SubmitAsync(impossible, $"owner-{i}");
        }));
        var possible = await api.SubmitTextAsync(session: "owner-1");
        (await api.Client.PostAsync("/api/queue/resume", null)).EnsureSuccessStatusCode();

        (await watcher.TakeAsync()).Id.ShouldBe(possible);
        (await PositionsAsync(api, [await api.SubmitTextAsync(session: "owner-2")])).ShouldBe([0]);
        await late.StartAsync();
        (await late.OfferAsync()).Instance.ShouldBe("moon");
    }

    [Fact]
    public async Task Dispatch_IsInTheOrderOfSubmission()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add(await api.SubmitTextAsync());
        await watcher.StartAsync();

        var taken = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            var (id, work) = await watcher.TakeAsync();
            taken.Add(id);
            await watcher.CompleteAsync(id, work);
        }

        taken.ShouldBe(ids);
    }

    [Fact]
    public async Task Positions_FallWhenTheHeadIsCancelledStartsOrEnds_AndTheirOwnersAreNotified()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++)
            ids.Add(await api.SubmitTextAsync());

        (await api.Client.PostAsync($"/api/generations/{ids[0]}/cancel", null)).EnsureSuccessStatusCode();
        (await PositionsAsync(api, ids.Skip(1))).ShouldBe([0, 1, 2]);
        await AnnouncedAsync(ids[3], 2);

        await watcher.StartAsync();
        var (id, work) = await watcher.TakeAsync();
        id.ShouldBe(ids[1]);
        (await PositionsAsync(api, ids.Skip(2))).ShouldBe([0, 1]);
        await AnnouncedAsync(ids[3], 1);

        await watcher.CompleteAsync(id, work);
        (await watcher.TakeAsync()).Id.ShouldBe(ids[2]);
        (await PositionsAsync(api, ids.Skip(3))).ShouldBe([0]);
        await AnnouncedAsync(ids[3], 0);

        Task<GenerationEvent> AnnouncedAsync(Guid generationId, int position) =>
            api.Events.WaitAsync(e => e is GenerationQueued { Sequence: > 1 } queued && queued.GenerationId == generationId && queued.Data.Position == position);
    }

    [Fact]
    public async Task Front_OfTheLast_MakesItTheNext_AndNotifiesTheOthers()
    {
        await using var api = await StartApiAsync();
        var (first, last) = (await api.SubmitTextAsync(), await api.SubmitTextAsync());

        using var response = await api.Client.PostAsync($"/api/generations/{last}/front", null);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PositionsAsync(api, [first, last])).ShouldBe([1, 0]);
        var told = (GenerationQueued)await api.Events.WaitAsync(e => e is GenerationQueued { Data.Position: 1, Sequence: > 1 } q && q.GenerationId == first);
        told.Sequence.ShouldBe(2);
    }

    [Fact]
    public async Task Queue_Paused_StartsNothingUntilResumed()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        (await api.Client.PostAsync("/api/queue/pause", null)).EnsureSuccessStatusCode();
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        // The canary of the scheduler: several heartbeats later nothing was offered.
        for (var i = 0; i < 5; i++)
            await watcher.Answers.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);
        watcher.HasOffer.ShouldBeFalse();

        var queue = await (await api.Client.PostAsync("/api/queue/resume", null)).Content.ReadFromJsonAsync<JsonElement>();

        queue.GetProperty("paused").GetBoolean().ShouldBeFalse();
        (await watcher.TakeAsync()).Id.ShouldBe(id);
    }

    [Fact]
    public async Task Dispatch_ToAnInstance_NeverExceedsItsCapacity()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("a", capacity: 2), FakeWatcher.Instance("b"));
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();
        for (var i = 0; i < 5; i++)
            await api.SubmitTextAsync();

        var taken = new List<(Guid Id, GenerationWork Work)> { await watcher.TakeAsync(), await watcher.TakeAsync(), await watcher.TakeAsync() };

        var queue = await api.Client.GetFromJsonAsync<JsonElement>("/api/queue");
        (queue.GetProperty("active").GetInt32(), queue.GetProperty("waiting").GetInt32()).ShouldBe((3, 2));
        await watcher.CompleteAsync(taken[0].Id, taken[0].Work);
        (await watcher.TakeAsync()).Id.ShouldNotBe(taken[0].Id);
    }

    [Fact]
    public async Task Dispatch_WithRequiredLabel_WaitsForAnInstanceThatHasIt()
    {
        await using var watcher = new FakeWatcher(
            "w1", FakeWatcher.Instance("small", capacity: 9), FakeWatcher.Instance("large") with { Labels = new Dictionary<string, string> { ["vram"] = "24" } });
        await using var api = await StartApiAsync(watchers: watcher);
        await watcher.StartAsync();

        await api.SubmitAsync(new
        {
            template = "txt2img", parameters = new { prompt = "x", model = "m" }, labels = new { required = new Dictionary<string, string> { ["vram"] = "24" } },
        });

        (await watcher.OfferAsync()).Instance.ShouldBe("large");
    }

    [Fact]
    public async Task QueueDepth_AtTheLimit_Answers503WithRetryAfter()
    {
        await using var api = await StartApiAsync(new Dictionary<string, string?> { ["Queue:MaxDepth"] = "1" });
        await api.SubmitTextAsync();

        using var response = await api.Client.PostAsJsonAsync("/api/generations", new { template = "txt2img", parameters = new { prompt = "x" } });

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("queue_full");
    }

    private static async Task<List<int>> PositionsAsync(ApiHost api, IEnumerable<Guid> ids)
    {
        var positions = new List<int>();
        foreach (var id in ids)
            positions.Add((await api.GetAsync(id)).GetProperty("position").GetInt32());
        return positions;
    }

    public sealed class OnSqlite() : WaitingListTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : WaitingListTests(server);
}
