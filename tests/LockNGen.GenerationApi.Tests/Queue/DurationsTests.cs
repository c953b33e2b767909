using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Queue;

/// <summary>The expected duration of the next generation, learned from earlier ones; the tests write the durations of renders into the rows.</summary>
public abstract class DurationsTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    /// <summary>No deadline ends what seems to take hours.</summary>
    private static readonly Dictionary<string, string?> LongTimeouts = new()
    {
        ["Queue:InitialEstimateSeconds"] = "7",
        ["Queue:DefaultTimeoutSeconds"] = "604800",
    };

    [Fact]
    public async Task Estimate_OfWhatWasRenderedBefore_IsItsDuration_InProportionToItsWork()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(LongTimeouts, watcher);
        await watcher.StartAsync();
        (await EstimateAsync(api, steps: 10)).ShouldBe(7);

        await RenderAsync(api, watcher, steps: 10, seconds: 10_000);

        (await EstimateAsync(api, steps: 10)).ShouldBeInRange(10_000, 10_100);
        (await EstimateAsync(api, steps: 40)).ShouldBeInRange(40_000, 40_400);
        (await EstimateAsync(api, steps: 10, count: 3)).ShouldBeInRange(30_000, 30_300);
        (await EstimateAsync(api, steps: 10, size: 512)).ShouldBeInRange(40_000, 40_400);
    }

    [Fact]
    public async Task Estimate_AfterADurationChanged_FollowsIt()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(LongTimeouts, watcher);
        await watcher.StartAsync();
        await RenderAsync(api, watcher, steps: 10, seconds: 100_000);

        await RenderAsync(api, watcher, steps: 10, seconds: 10_000);

        (await EstimateAsync(api, steps: 10)).ShouldBeInRange(55_000, 55_100);
    }

    [Fact]
    public async Task Start_OfAGenerationThatWaited_MeasuresHowWrongItsEstimateWas()
    {
        var waited = Random.Shared.Next(10_000, 80_000);
        var measured = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "lockngen.generations.wait_estimate_error")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, error, _, _) =>
        {
            // It was not expected to wait; other tests measure, too, but not this.
            if (-error >= waited && -error < waited + 100)
                measured.TrySetResult();
        });
        listener.Start();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await StartApiAsync(watchers: watcher);
        await api.SubmitTextAsync();
        await ChangeAsync(api, "UPDATE generations SET created_at = created_at - @waited, estimated_wait_seconds = 0", new { waited = waited * 1000L });

        await watcher.StartAsync();
        await watcher.TakeAsync();

        await measured.Task.WaitAsync(ApiHost.Patience);
    }

    private static async Task<double> EstimateAsync(ApiHost api, int steps, int count = 1, int size = 256)
    {
        using var response = await api.Client.PostAsJsonAsync("/api/generations?dryRun=true", Request(steps, count, size));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("estimatedSeconds").GetDouble();
    }

    private static async Task RenderAsync(ApiHost api, FakeWatcher watcher, int steps, int seconds)
    {
        await api.SubmitAsync(Request(steps, count: 1, size: 256));
        var (id, work) = await watcher.TakeAsync();
        await ChangeAsync(
            api,
            "UPDATE generations SET started_at = started_at - @ago, attempt_started_at = attempt_started_at - @ago WHERE id = @id",
            new { id, ago = seconds * 1000L });
        (await watcher.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);
    }

    private static object Request(int steps, int count, int size) =>
        new { template = "txt2img", parameters = new { prompt = "x", steps, width = size, height = size, model = "sd15.safetensors" }, count };

    private static Task<int> ChangeAsync(ApiHost api, string sql, object parameters) =>
        api.Services.GetRequiredService<GenerationsDatabase>().WriteAsync(session => session.ExecuteAsync(sql, parameters), CancellationToken.None);

    public sealed class OnSqlite() : DurationsTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : DurationsTests(server);
}
