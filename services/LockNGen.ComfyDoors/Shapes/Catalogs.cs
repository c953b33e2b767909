using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>The node classes of the farm; checked again after a few seconds, or at once while there are none, and read again only if they have changed.</summary>
internal sealed class Catalogs(GenerationApiClient api, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private volatile Known _known = new(NodeCatalog.Empty, DateTimeOffset.MinValue);

    public async Task<NodeCatalog> GetAsync(DoorCaller caller, CancellationToken cancellationToken)
    {
        var known = _known;
        if (!known.Catalog.IsEmpty && clock.GetUtcNow() - known.At < Fresh)
            return known.Catalog;
        using var response = await api.OpenAsync(
            caller,
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, "/api/doors/catalog");
                if (known.Catalog.Tag.Length > 0)
                    request.Headers.TryAddWithoutValidation("If-None-Match", known.Catalog.Tag);
                return request;
            },
            cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.NotModified)
        {
            _known = known with { At = clock.GetUtcNow() };
            return known.Catalog;
        }

        if (!response.IsSuccessStatusCode)
            throw new ApiException((int)response.StatusCode, new ApiProblem { Detail = "The node classes of the farm cannot be read." });
        var catalog = new NodeCatalog(await response.Content.ReadAsByteArrayAsync(cancellationToken), response.Headers.ETag?.ToString() ?? "");
        _known = new Known(catalog, clock.GetUtcNow());
        return catalog;
    }

    private sealed record Known(NodeCatalog Catalog, DateTimeOffset At);
}
