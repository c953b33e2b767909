using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.WebSockets;

public sealed class WebSocketEndpointTests : IAsyncLifetime
{
    private readonly Guid _id = Guid.NewGuid();
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync() =>
        _gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Rings:Events"] = "8" });

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Client_FromTheBeginning_SeesTheWholeLifeInOrder()
    {
        await _gateway.PublishAndSeeAsync(Queued(_id));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Skip(1));

        await client.UntilAsync(GenerationEventTypes.Completed);

        client.Seen.Select(ProgressClient.TypeOf).ShouldBe(
        [
            "connection.ready", "generation.queued", "generation.started", "generation.progress", "generation.progress", "generation.progress",
            "generation.image", "generation.completed",
        ]);
    }

    [Fact]
    public async Task Client_AfterTheEnd_GetsASnapshotThatSaysSo()
    {
        await _gateway.PublishAndSeeAsync(Life(_id));

        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}");
        var snapshot = await client.UntilAsync(GenerationEventTypes.Snapshot);

        snapshot.GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
        snapshot.GetProperty("data").GetProperty("images").GetArrayLength().ShouldBe(1);
        snapshot.GetProperty("sequence").GetInt64().ShouldBe(First(6));
    }

    [Fact]
    public async Task Client_ThatAsksForTheTrace_GetsItWithEveryEvent_AndTheOthersDoNot()
    {
        _gateway.TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await _gateway.PublishAndSeeAsync(Life(_id));
        await using var traced = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&trace=1");
        await using var plain = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&trace=0");

        await traced.UntilAsync(GenerationEventTypes.Completed);
        await plain.UntilAsync(GenerationEventTypes.Completed);

        var added = $",\"traceparent\":\"{_gateway.TraceParent}\"}}";
        traced.Seen.Skip(1).Select(f => f.GetRawText()).ShouldBe(plain.Seen.Skip(1).Select(f => f.GetRawText()[..^1] + added));
    }

    [Fact]
    public async Task Client_ThatAsksForTheTraceOfWhatHasNone_GetsTheEventsAsTheyCame()
    {
        _gateway.TraceParent = "no trace context";
        await _gateway.PublishAndSeeAsync(Life(_id));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&trace=1");

        await client.UntilAsync(GenerationEventTypes.Completed);

        client.Seen.ShouldAllBe(f => !f.GetRawText().Contains("traceparent"));
    }

    [Fact]
    public async Task Client_WithACursor_GetsWhatItMissedAndThenLives()
    {
        await _gateway.PublishAndSeeAsync(Life(_id).Take(4));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after={First(1)}");
        await _gateway.PublishAsync(Life(_id).Skip(4));

        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).ShouldBe([First(2), First(3), First(4), First(5), First(6)]);
    }

    [Fact]
    public async Task Client_AwayForLongerThanTheRing_GetsAGap()
    {
        await _gateway.PublishAndSeeAsync(Life(_id, steps: 30));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after={First(2)}");

        await client.UntilAsync(GenerationEventTypes.Snapshot);

        client.Seen[1].GetRawText().ShouldBe($$"""{"type":"subscription.gap","generationId":"{{_id}}","reason":"window_exceeded"}""");
    }

    [Fact]
    public async Task Client_OfAnUnknownGeneration_GetsStatusUnknownAndWaits()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}");
        var snapshot = await client.UntilAsync(GenerationEventTypes.Snapshot);
        snapshot.GetProperty("data").GetProperty("status").GetString().ShouldBe("unknown");

        await _gateway.PublishAsync(Queued(_id));

        await client.UntilAsync(GenerationEventTypes.Queued);
    }

    [Fact]
    public async Task Client_OfAGenerationThatOnlyTheDatabaseKnows_GetsItsSnapshot()
    {
        _gateway.Api.Snapshots[_id] = new SnapshotAnswer
        {
            Snapshot = new GenerationSnapshot
            {
                GenerationId = _id,
                Sequence = First(9),
                Timestamp = DateTimeOffset.UnixEpoch,
                Data = new GenerationSnapshotData { Status = GenerationStatus.Completed, OverallProgress = 100 },
            },
        };

        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after={First(3)}");
        var snapshot = await client.UntilAsync(GenerationEventTypes.Snapshot);

        client.Seen[1].GetProperty("reason").GetString().ShouldBe("expired");
        snapshot.GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
    }

    [Fact]
    public async Task Client_WithSeveralGenerations_GetsEachFromItsOwnCursor()
    {
        var other = Guid.NewGuid();
        await _gateway.PublishAndSeeAsync(Life(_id).Take(3));
        await _gateway.PublishAndSeeAsync(Life(other).Take(3));

        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}:{First(1)}&generationId={other}:0");
        await client.UntilAsync(f => IdOf(f) == other && ProgressClient.TypeOf(f) == GenerationEventTypes.Progress);

        client.Seen.Skip(1).Select(f => (IdOf(f), f.GetProperty("sequence").GetInt64()))
            .ShouldBe([(_id, First(2)), (other, 1), (other, First(1)), (other, First(2))]);
    }

    [Fact]
    public async Task Client_OfEverything_SeesWhatIsThereAndWhatComes()
    {
        await _gateway.PublishAndSeeAsync(Life(_id).Take(3));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url);
        var snapshot = await client.UntilAsync(GenerationEventTypes.Snapshot);
        IdOf(snapshot).ShouldBe(_id);

        var other = Guid.NewGuid();
        await _gateway.PublishAsync(Life(other));

        IdOf(await client.UntilAsync(GenerationEventTypes.Completed)).ShouldBe(other);
    }

    [Fact]
    public async Task Client_OfEverythingAndOne_GetsEachEventOnce()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await client.SendAsync("""{"type":"subscribe"}""");
        await client.SendAsync("""{"type":"ping","id":1}""");
        await client.UntilAsync("pong");

        await _gateway.PublishAsync(Life(_id));
        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).Where(s => s > 0).ShouldBe([1, First(1), First(2), First(3), First(4), First(5), First(6)]);
    }

    [Fact]
    public async Task SubscribeFrame_WithACursor_ResumesOnTheSameConnection()
    {
        await _gateway.PublishAndSeeAsync(Life(_id).Take(4));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={Guid.NewGuid()}");
        await client.UntilAsync(GenerationEventTypes.Snapshot);

        await client.SendAsync($$"""{"type":"subscribe","generationId":"{{_id}}","after":{{First(2)}}}""");

        (await client.NextAsync()).GetProperty("sequence").GetInt64().ShouldBe(First(3));
    }

    [Fact]
    public async Task UnsubscribeFrame_EndsThatGenerationOnly()
    {
        var other = Guid.NewGuid();
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}:0&generationId={other}:0");
        await client.SendAsync($$"""{"type":"unsubscribe","generationId":"{{_id}}"}""");
        await client.SendAsync("""{"type":"ping","id":1}""");
        await client.UntilAsync("pong");

        await _gateway.PublishAsync(Life(_id));
        await _gateway.PublishAsync(Life(other));
        await client.UntilAsync(GenerationEventTypes.Completed);

        client.Seen.Where(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() > 0).ShouldAllBe(f => IdOf(f) == other);
    }

    [Fact]
    public async Task Types_LetThroughOnlyThose()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&types=generation.image,generation.completed");
        await _gateway.PublishAsync(Life(_id));

        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).Where(s => s > 0).ShouldBe([First(5), First(6)]);
    }

    [Fact]
    public async Task Types_WithoutProgress_ResumeWithoutAGapWhereTheRingHasLetGoOfProgressOnly()
    {
        // More than the ring holds.
        await _gateway.PublishAndSeeAsync([.. Life(_id, steps: 600)]);

        await using var narrow = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=1&types=generation.started,generation.image,generation.completed");
        await narrow.UntilAsync(GenerationEventTypes.Completed);
        await using var wide = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=1");
        await wide.UntilAsync(GenerationEventTypes.Snapshot);

        narrow.Seen.Select(ProgressClient.TypeOf).ShouldBe(
            ["connection.ready", GenerationEventTypes.Started, GenerationEventTypes.Image, GenerationEventTypes.Completed]);
        wide.Seen.Select(ProgressClient.TypeOf).ShouldContain("subscription.gap");
    }

    [Theory]
    [InlineData("generation.snapshot")]
    [InlineData("subscription.gap")]
    [InlineData("generation.snapshot,subscription.gap,generation.completed")]
    public async Task Types_ThatAlwaysCome_MayBeNamed(string types)
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&types={types}");
        await client.UntilAsync(GenerationEventTypes.Snapshot);
    }

    [Fact]
    public async Task PreviewNone_LeavesPreviewsOut()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&preview=none");
        await _gateway.PublishAsync(Queued(_id), Started(_id), Preview(_id, First(2)), Progress(_id, First(3), previewUrl: "/p"), Completed(_id, First(4)));

        await client.UntilAsync(GenerationEventTypes.Completed);

        client.Seen.ShouldAllBe(f => !f.GetRawText().Contains("previewUrl", StringComparison.Ordinal));
        Sequences(client).Where(s => s > 0).ShouldBe([1, First(1), First(3), First(4)]);
    }

    [Fact]
    public async Task PreviewInline_CarriesThePicture()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&preview=inline");
        await _gateway.PublishAsync(Queued(_id), Started(_id));
        await _gateway.Services.GetRequiredService<EventPublisher>().PostAsync(
            new GenerationPreviewBytes { GenerationId = _id, Sequence = First(2), ContentType = "text/html", Bytes = [0xFF, 0xD8, 0xFF, 0xD9] }, default, CancellationToken.None);
        await _gateway.PublishAsync(Preview(_id, First(2)));

        var preview = await client.UntilAsync(GenerationEventTypes.Preview);

        preview.GetProperty("data").GetProperty("preview").GetString().ShouldBe("data:image/jpeg;base64,/9j/2Q==");
    }

    [Fact]
    public async Task Bytes_OnTheWire_AreThoseThatWerePublished()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Queued(_id));

        (await client.UntilAsync(GenerationEventTypes.Queued)).GetRawText()
            .ShouldBe(System.Text.Encoding.UTF8.GetString(ContractsJson.Serialize(Queued(_id))));
    }

    private static Guid IdOf(JsonElement frame) => frame.TryGetProperty("generationId", out var id) ? id.GetGuid() : Guid.Empty;

    private static List<long> Sequences(ProgressClient client) =>
        [.. client.Seen.Where(f => f.TryGetProperty("sequence", out _)).Select(f => f.GetProperty("sequence").GetInt64())];
}
