using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>From POST to the browser's socket through real processes and a real broker.</summary>
public sealed class WholePathTests(RabbitMqBroker broker)
{
    [Fact]
    public async Task Generation_FollowedFromTheBeginning_ReportsItsWholeLifeInOrder()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var id = await deployment.Api.Http.SubmitAsync(count: 2);
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");

        await client.UntilAsync(GenerationEventTypes.Completed);

        var frames = client.Seen;
        ProgressClient.TypeOf(frames[0]).ShouldBe("connection.ready");
        var events = frames.Skip(1).ToList();
        events.ShouldAllBe(e => e.GetProperty("generationId").GetGuid() == id);
        FirstOfEachType(events).ShouldBe(
        [
            GenerationEventTypes.Queued, GenerationEventTypes.Started, GenerationEventTypes.Node, GenerationEventTypes.Progress,
            GenerationEventTypes.Preview, GenerationEventTypes.Image, GenerationEventTypes.Completed,
        ]);
        Sequences(events).ShouldBeInOrder(SortDirection.Ascending);
        Sequences(events).ShouldBeUnique();
        Of(events, GenerationEventTypes.Image).Count.ShouldBe(2);
        Of(events, GenerationEventTypes.Progress).Select(e => e.GetProperty("data").GetProperty("overallProgress").GetInt32()).ShouldBeInOrder(SortDirection.Ascending);
        var images = events[^1].GetProperty("data").GetProperty("images").EnumerateArray().ToList();
        images.Select(i => i.GetProperty("index").GetInt32()).ShouldBe([1, 2]);
        foreach (var image in images)
        {
            var bytes = await deployment.Api.Http.GetByteArrayAsync(image.GetProperty("url").GetString());
            bytes.Length.ShouldBeGreaterThan(1000);
            System.Text.Encoding.ASCII.GetString(bytes, 1, 3).ShouldBe("PNG");
        }
    }

    [Fact]
    public async Task Stream_OfABatch_ReportsImageStepAndPercentAsComfyUiCountsThem()
    {
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 60);
        var id = await deployment.Api.Http.SubmitAsync(count: 3, steps: 7);

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var stream = new StreamReader(await deployment.Gateways[0].Http.GetStreamAsync($"api/sse/progress?generationId={id}&after=0", limit.Token));
        var lines = (await stream.ReadToEndAsync(limit.Token)).Split('\n');
        var events = lines.Where(l => l.StartsWith("data: ", StringComparison.Ordinal)).Select(l => JsonElement.Parse(l[6..])).ToList();

        ProgressClient.TypeOf(events[^1]).ShouldBe(GenerationEventTypes.Completed);
        Of(events, GenerationEventTypes.Image).Select(e => e.GetProperty("data"))
            .Select(d => (d.GetProperty("imageIndex").GetInt32(), d.GetProperty("totalImages").GetInt32())).ShouldBe([(1, 3), (2, 3), (3, 3)]);
        var sampling = Of(events, GenerationEventTypes.Progress).Select(e => e.GetProperty("data")).Where(d => d.GetProperty("totalSteps").GetInt32() == 7).ToList();
        sampling.Select(d => d.GetProperty("imageIndex").GetInt32()).Distinct().ShouldBe([1, 2, 3]);
        sampling.ShouldAllBe(d => d.GetProperty("totalImages").GetInt32() == 3);
        sampling.ShouldAllBe(d => d.GetProperty("progress").GetInt32() == 100 * d.GetProperty("step").GetInt32() / 7);
        // A step may be merged with the next event of its kind, as the last one with the next node's; most are reported.
        foreach (var image in sampling.GroupBy(d => d.GetProperty("imageIndex").GetInt32()))
        {
            var steps = image.Select(d => d.GetProperty("step").GetInt32()).ToList();
            steps.ShouldBeInOrder(SortDirection.Ascending);
            steps.Distinct().Count(s => s is > 0 and < 7).ShouldBeGreaterThanOrEqualTo(3);
        }
    }

    [Fact]
    public async Task Client_ThatComesAfterTheEnd_GetsASnapshotOrTheWholeHistory()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var id = await deployment.Api.Http.SubmitAsync();
        await using (var first = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0"))
            await first.UntilAsync(GenerationEventTypes.Completed);

        await using var late = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}");
        var snapshot = await late.UntilAsync(GenerationEventTypes.Snapshot);
        snapshot.GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
        snapshot.GetProperty("data").GetProperty("images").GetArrayLength().ShouldBe(1);

        await using var historian = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await historian.UntilAsync(GenerationEventTypes.Completed);
        FirstOfEachType(historian.Seen.Skip(1))[0].ShouldBe(GenerationEventTypes.Queued);
    }

    [Fact]
    public async Task TwoGateways_OneClientOnEach_SeeTheSameEvents()
    {
        await using var deployment = await Deployment.StartAsync(broker, gateways: 2);
        var id = await deployment.Api.Http.SubmitAsync(count: 2);
        await using var a = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await using var b = await ProgressClient.ConnectAsync(deployment.Gateways[1].Url, $"generationId={id}&after=0");

        await a.UntilAsync(GenerationEventTypes.Completed);
        await b.UntilAsync(GenerationEventTypes.Completed);

        a.Seen.Skip(1).Select(f => f.GetRawText()).ShouldBe(b.Seen.Skip(1).Select(f => f.GetRawText()));
    }

    [Fact]
    public async Task Gateway_KilledInMidRun_ItsClientContinuesAtTheOtherOneWithoutLoss()
    {
        await using var deployment = await Deployment.StartAsync(broker, gateways: 2, stepMilliseconds: 50);
        var id = await deployment.Api.Http.SubmitAsync(count: 2);
        await using var witness = await ProgressClient.ConnectAsync(deployment.Gateways[1].Url, $"generationId={id}&after=0");
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await client.UntilAsync(GenerationEventTypes.Progress);

        await deployment.Gateways[0].KillAsync();
        await using var resumed = await ProgressClient.ConnectAsync(deployment.Gateways[1].Url, $"generationId={id}&after={client.Cursor}");
        await resumed.UntilAsync(GenerationEventTypes.Completed);
        await witness.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client.Seen.Skip(1)).Concat(Sequences(resumed.Seen.Skip(1))).ShouldBe(Sequences(witness.Seen.Skip(1)));
    }

    [Fact]
    public async Task Results_OfEveryKind_AreReportedByTheBrokerAndServedWhole()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var id = await deployment.Api.Http.SubmitWorkflowAsync(EveryKind.Workflow);
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");

        var completed = (await client.UntilAsync(GenerationEventTypes.Completed)).GetProperty("data");

        var images = completed.GetProperty("images").EnumerateArray().ToList();
        images.Select(i => (Text(i, "nodeId"), Text(i, "kind"), Text(i, "contentType"), Text(i, "filename"))).ShouldBe(EveryKind.Results);
        Of(client.Seen, GenerationEventTypes.Image).Count.ShouldBe(images.Count);
        completed.GetProperty("warnings").GetArrayLength().ShouldBe(0);
        images[^1].GetProperty("text").GetString().ShouldBe("A harbour at night.");
        foreach (var image in images)
        {
            using var answer = await deployment.Api.Http.GetAsync(new Uri(Text(image, "url"), UriKind.Relative));
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            bytes.Length.ShouldBe(image.GetProperty("bytes").GetInt32());
            System.Text.Encoding.UTF8.GetString(bytes).ShouldNotContain("lighthouse", customMessage: Text(image, "filename"));
            answer.Content.Headers.ContentType!.ToString().ShouldBe(Text(image, "contentType"));
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            // What a browser might run, or cannot show, is stored.
            var isShown = Text(image, "kind") is not "latent" && Text(image, "contentType") is not "image/svg+xml";
            answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe(isShown ? "inline" : "attachment");
        }

        // History and answer carry the same.
        var answered = await deployment.Api.Http.GetFromJsonAsync<JsonElement>($"api/generations/{id}");
        answered.GetProperty("images").EnumerateArray().Select(i => (Text(i, "nodeId"), Text(i, "kind"))).ShouldBe(EveryKind.Results.Select(r => (r.Node, r.Kind)));
    }

    private static string Text(JsonElement image, string name) => image.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static List<string> FirstOfEachType(IEnumerable<JsonElement> events) => [.. events.Select(ProgressClient.TypeOf).Distinct()];

    private static List<long> Sequences(IEnumerable<JsonElement> events) => [.. events.Select(e => e.GetProperty("sequence").GetInt64())];

    private static List<JsonElement> Of(IEnumerable<JsonElement> events, string type) => [.. events.Where(e => ProgressClient.TypeOf(e) == type)];
}
