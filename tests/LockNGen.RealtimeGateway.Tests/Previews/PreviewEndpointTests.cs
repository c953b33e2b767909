using System.Net;
using System.Net.Http.Headers;
using LockNGen.Contracts;
using LockNGen.ServiceDefaults.Bus;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;
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
        await PublishPreviewsAsync([1, 2, 3], [4, 5, 6, 7]);

        using var answer = await _gateway.Http.GetAsync(Address);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe([4, 5, 6, 7]);
    }

    [Fact]
    public async Task Preview_AskedForAgainUnchanged_Is304()
    {
        await PublishPreviewsAsync([1, 2, 3]);
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

    // Each preview as the watcher publishes it: its bytes, then the event that names them.
    private async Task PublishPreviewsAsync(params byte[][] previews)
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0&preview=inline");
        await _gateway.PublishAsync(Queued(_id), Started(_id));
        var publisher = _gateway.Services.GetRequiredService<EventPublisher>();
        for (var i = 0; i < previews.Length; i++)
        {
            var bytes = new GenerationPreviewBytes { GenerationId = _id, Sequence = First(2 + i), ContentType = "image/png", Bytes = previews[i] };
            await publisher.PublishAsync(bytes, default, CancellationToken.None);
            await _gateway.PublishAsync(Preview(_id, First(2 + i)));
            await client.UntilAsync(GenerationEventTypes.Preview);
        }
    }
}
