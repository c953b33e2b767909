using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using Microsoft.Net.Http.Headers;

namespace LockNGen.GenerationApi.Doors;

/// <summary>GET /api/doors/catalog: what all instances together can do, in the form of ComfyUI's <c>/object_info</c>.</summary>
internal sealed class CatalogEndpoint(GenerationsDatabase database, CatalogStore catalogs)
{
    private sealed record Union(string Tag, byte[] Json);

    private volatile Union _last = new("", []);

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/api/doors/catalog", (CatalogEndpoint endpoint, HttpContext context) => endpoint.GetAsync(context.RequestAborted))
        .RequireAuthorization().ExcludeFromDescription();

    private async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        // An instance names its catalog before the catalog arrives. A missing one must not be in the tag, or no client would ask again.
        var here = (await catalogs.AllAsync(cancellationToken)).Where(i => i.Catalog is not null);
        var hashes = here.Select(i => i.Instance.CatalogHash).OfType<string>().Distinct().ToList();
        var tag = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', hashes))).AsSpan(0, 16));
        if (_last.Tag != tag)
            _last = new Union(tag, await ReadAsync(hashes, cancellationToken));
        return TypedResults.Bytes(_last.Json, "application/json", entityTag: new EntityTagHeaderValue($"\"{tag}\""));
    }

    private async Task<byte[]> ReadAsync(List<string> hashes, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            session => session.QueryAsync<CatalogRow>("SELECT hash, object_info FROM catalogs WHERE hash IN @hashes", new { hashes = SqlList.Of(hashes) }), cancellationToken);
        var union = CatalogUnion.Of(from hash in hashes
                                    join row in rows on hash equals row.Hash
                                    let catalog = JsonNode.Parse(new GZipStream(new MemoryStream(row.ObjectInfo), CompressionMode.Decompress)) as JsonObject
                                    where catalog is not null
                                    select catalog);
        return Encoding.UTF8.GetBytes(union.ToJsonString());
    }

    private sealed record CatalogRow
    {
        public required string Hash { get; init; }
        public required byte[] ObjectInfo { get; init; }
    }
}
