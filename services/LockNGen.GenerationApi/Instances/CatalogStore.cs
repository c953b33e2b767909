using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Instances;

/// <summary>The catalogs of the instances; parsed once per process and content.</summary>
internal sealed partial class CatalogStore
{
    /// <summary>Catalogs of real installations have some MB; a bomb of gigabytes must not pass.</summary>
    private const int MaxBytes = 64 << 20;

    private readonly GenerationsDatabase _database;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, NodeCatalog> _parsed = [];
    private readonly SharedRead<IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)>> _all;

    public CatalogStore(GenerationsDatabase database, ILogger<CatalogStore> logger)
    {
        _database = database;
        _logger = logger;
        _all = new SharedRead<IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)>>(ReadAllAsync);
    }

    /// <summary>The catalog of an instance, if it is known.</summary>
    public async Task<NodeCatalog?> OfInstanceAsync(string instance, CancellationToken cancellationToken)
    {
        var hash = await _database.ReadAsync(
            session => session.ScalarAsync<string>("SELECT catalog_hash FROM instances WHERE name = @instance", new { instance }), cancellationToken);
        return hash is null ? null : await OfHashAsync(hash, cancellationToken);
    }

    /// <summary>All instances that some watcher owns, each with its catalog if that is known.</summary>
    public Task<IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)>> AllAsync(CancellationToken cancellationToken) => _all.GetAsync(cancellationToken);

    /// <summary>The catalog of this hash, if it is known.</summary>
    public async Task<NodeCatalog?> OfHashAsync(string hash, CancellationToken cancellationToken)
    {
        if (_parsed.TryGetValue(hash, out var known))
            return known;
        var bytes = await _database.ReadAsync(
            session => session.ScalarAsync<byte[]>("SELECT object_info FROM catalogs WHERE hash = @hash", new { hash }), cancellationToken);
        if (bytes is null)
            return null;
        try
        {
            return _parsed.GetOrAdd(hash, Parse(bytes));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            LogUnreadable(hash, e.Message);
            return null;
        }
    }

    /// <summary>Reads a compressed <c>/object_info</c>.</summary>
    public static NodeCatalog Parse(byte[] objectInfo)
    {
        using var json = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(objectInfo), CompressionMode.Decompress))
        {
            var buffer = new byte[81_920];
            for (var read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
            {
                json.Write(buffer, 0, read);
                if (json.Length > MaxBytes)
                    throw new InvalidDataException($"object_info is larger than {MaxBytes >> 20} MB.");
            }
        }

        using var document = JsonDocument.Parse(json.GetBuffer().AsMemory(0, (int)json.Length));
        return NodeCatalog.Parse(document.RootElement);
    }

    private async Task<IReadOnlyList<(InstanceRow Instance, NodeCatalog? Catalog)>> ReadAllAsync()
    {
        var instances = await _database.ReadAsync(
            session => session.QueryAsync<InstanceRow>("SELECT * FROM instances WHERE watcher IS NOT NULL ORDER BY name"), CancellationToken.None);
        var result = new List<(InstanceRow, NodeCatalog?)>(instances.Count);
        foreach (var instance in instances)
            result.Add((instance, instance.CatalogHash is { } hash ? await OfHashAsync(hash, CancellationToken.None) : null));
        Forget(instances);
        return result;
    }

    /// <summary>Catalogs that no instance has any more.</summary>
    private void Forget(IReadOnlyList<InstanceRow> instances)
    {
        foreach (var hash in _parsed.Keys.Except(instances.Select(i => i.CatalogHash ?? "")))
            _parsed.TryRemove(hash, out _);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalog {Hash} cannot be read: {Reason}")]
    private partial void LogUnreadable(string hash, string reason);
}
