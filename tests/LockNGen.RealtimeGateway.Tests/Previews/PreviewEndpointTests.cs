using System.Net;
using System.Net.Http.Headers;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Previews;

public sealed class PreviewEndpointTests : IAsyncLifetime
{
    private readonly Guid _id = Guid.NewGuid();
    private GatewayHost _gateway = null!;

    private string Address => $"api/generations/{_id}/preview";

    public async ValueTask InitializeAsync() => _gateway = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Preview_OfARunningGeneration_IsTheNewestImage()
    {
        await PublishPreviewsAsync(Jpeg(1), Jpeg(4, 5));

        using var answer = await _gateway.Http.GetAsync(Address);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(Jpeg(4, 5));
    }

    [Fact]
    public async Task Preview_AskedForAgainUnchanged_Is304()
    {
        await PublishPreviewsAsync(Jpeg(1));
        using var first = await _gateway.Http.GetAsync(Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));

        using var second = await _gateway.Http.SendAsync(request);

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Preview_OfAGenerationWithoutOne_Is404()
    {
        using var answer = await _gateway.Http.GetAsync(Address);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Preview_AskedForFirstWhereNoOneWatches_WaitsForOne()
    {
        await using var gateway = await GatewayHost.StartAsync(clock: new FakeTimeProvider());
        await gateway.PublishAsync(Queued(_id), Started(_id));
        await gateway.KnowsAsync(_id, First(1));

        var asked = gateway.Http.GetAsync(Address);
        await gateway.Services.GetRequiredService<EventPublisher>().PostAsync(
            new GenerationPreviewBytes { GenerationId = _id, Sequence = First(2), ContentType = "image/jpeg", Bytes = Jpeg(1) }, default, CancellationToken.None);

        (await asked).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Preview_OfWhatHasNoneInASecond_Is404()
    {
        var clock = new FakeTimeProvider();
        await using var gateway = await GatewayHost.StartAsync(clock: clock);
        await gateway.PublishAsync(Queued(_id), Started(_id));
        await gateway.KnowsAsync(_id, First(1));

        var asked = gateway.Http.GetAsync(Address);
        while (!asked.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, TestContext.Current.CancellationToken); // When the request waits cannot be seen.
        }

        (await asked).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Whatever the message says of it (case 13).</summary>
    [Fact]
    public async Task Preview_ThatIsNoPicture_IsNotServed()
    {
        await PublishPreviewsAsync("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>"u8.ToArray());

        using var answer = await _gateway.Http.GetAsync(Address);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static byte[] Jpeg(params byte[] more) => [0xFF, 0xD8, 0xFF, 0xD9, .. more];

    // Each preview as the watcher publishes it: its bytes, then the event that names them.
    private async Task PublishPreviewsAsync(params byte[][] previews)
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&preview=inline");
        await _gateway.PublishAsync(Queued(_id), Started(_id));
        var publisher = _gateway.Services.GetRequiredService<EventPublisher>();
        for (var i = 0; i < previews.Length; i++)
        {
            var bytes = new GenerationPreviewBytes { GenerationId = _id, Sequence = First(2 + i), ContentType = "image/png", Bytes = previews[i] };
            await publisher.PostAsync(bytes, default, CancellationToken.None);
            await _gateway.PublishAsync(Preview(_id, First(2 + i)));
            await client.UntilAsync(GenerationEventTypes.Preview);
        }
    }
}
