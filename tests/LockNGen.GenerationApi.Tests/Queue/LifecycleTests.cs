using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Queue;

public abstract class LifecycleTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Generation_SubmittedClaimedAndCompleted_IsInHistoryWithItsImages()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        (await watcher.StartAsync()).Owned.ShouldBe(["gpu"]);

        // Times are kept in milliseconds.
        var submittedAt = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        var id = await api.SubmitTextAsync(count: 2);
        var (taken, work) = await watcher.TakeAsync();
        taken.ShouldBe(id);
        work.Prompts.Select(p => p.Seed).ShouldBe([7L, 8L]);
        (await watcher.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);

        var answer = await api.GetAsync(id);
        answer.GetProperty("status").GetString().ShouldBe("completed", answer.ToString());
        var times = new[] { "createdAt", "startedAt", "endedAt" }.Select(name => answer.GetProperty(name).GetDateTimeOffset()).ToList();
        times.ShouldBeInOrder(SortDirection.Ascending);
        times[0].ShouldBeGreaterThanOrEqualTo(submittedAt);
        times[^1].ShouldBeLessThanOrEqualTo(DateTimeOffset.UtcNow);
        var told = ((GenerationCompleted)await api.Events.EndOfAsync(id)).Data.DurationSeconds;
        answer.GetProperty("durationSeconds").GetDouble().ShouldBe(told);
        answer.GetProperty("overallProgress").GetInt32().ShouldBe(100);
        answer.GetProperty("instance").GetString().ShouldBe("gpu");
        var images = answer.GetProperty("images").EnumerateArray().ToList();
        images.Select(i => i.GetProperty("index").GetInt32()).ShouldBe([1, 2]);
        images[1].GetProperty("width").GetInt32().ShouldBe(64);
        using var image = await api.Client.GetAsync(images[1].GetProperty("url").GetString());
        image.StatusCode.ShouldBe(HttpStatusCode.OK);
        image.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        (await image.Content.ReadAsByteArrayAsync()).ShouldBe(Pictures.Png(64, 48));

        var list = await api.Client.GetFromJsonAsync<JsonElement>("/api/generations");
        list.GetProperty("items")[0].GetProperty("id").GetGuid().ShouldBe(id);
    }

    [Fact]
    public async Task Generation_Queued_IsAnnouncedWithTheFirstSequence()
    {
        await using var api = await StartApiAsync();

        var id = await api.SubmitTextAsync();

        var queued = (GenerationQueued)await api.Events.WaitAsync(e => e.GenerationId == id);
        queued.Sequence.ShouldBe(1);
        queued.Data.Position.ShouldBe(0);
    }

    [Fact]
    public async Task Generation_BehindAnother_HasTheSameWaitInTheAnswerAndInItsEvent()
    {
        await using var api = await StartApiAsync();
        await api.SubmitTextAsync();

        var answer = await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x" } });

        var queued = (GenerationQueued)await api.Events.WaitAsync(e => e.GenerationId == answer.GetProperty("id").GetGuid());
        (queued.Data.Position, queued.Data.EstimatedWaitSeconds).ShouldBe((1, answer.GetProperty("estimatedWaitSeconds").GetDouble()));
        queued.Data.EstimatedWaitSeconds.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Cancel_WhileQueued_EndsItAtOnce()
    {
        await using var api = await StartApiAsync();
        var id = await api.SubmitTextAsync();

        using var response = await api.Client.PostAsync($"/api/generations/{id}/cancel", null);

        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        receipt.GetProperty("receipt").GetString().ShouldBe("accepted");
        var end = await api.Events.EndOfAsync(id);
        end.ShouldBeOfType<GenerationCancelled>().Sequence.ShouldBe(1_000_000_001);
        (await api.GetAsync(id)).GetProperty("status").GetString().ShouldBe("cancelled");
    }

    public sealed class OnSqlite() : LifecycleTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : LifecycleTests(server);
}
