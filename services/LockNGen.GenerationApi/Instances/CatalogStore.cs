using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Storage;
using LockNGen.Hosting.Resilience;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Instances;

/// <summary>The catalogs of the instances; parsed once per process and content.</summary>
internal sealed partial class CatalogStore
{
    /// <summary>Catalogs of real installations have some MB; a decompression bomb must not get through.</summary>
    private const int MaxBytes = 64 << 20;

    /// <summary>Younger catalogs are trusted: they were read after anything a submitter may just have installed.</summary>
    private static readonly TimeSpan DoubtInterval = TimeSpan.FromSeconds(3);

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
        var stored = await _database.ReadAsync(
            session => session.FirstOrDefaultAsync<CatalogRow>("SELECT object_info, node_replacements FROM catalogs WHERE hash = @hash", new { hash }), cancellationToken);
        if (stored is null)
            return null;
        try
        {
            return _parsed.GetOrAdd(hash, Parse(stored.ObjectInfo, stored.NodeReplacements));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            LogUnreadable(hash, e.Message);
            return null;
        }
    }

    /// <summary>Requests a refresh of the catalogs that are not quite new; heartbeats report when the watchers have done so.</summary>
    /// <returns>How old the oldest is.</returns>
    public async Task<TimeSpan?> DoubtAsync(CancellationToken cancellationToken)
    {
        var (now, oldest) = await _database.ReadAsync(
            async session => (session.Now, await session.ScalarAsync<long?>("SELECT MIN(catalog_read_at) FROM instances WHERE watcher IS NOT NULL")), cancellationToken);
        if (oldest is null)
            return null;
        var age = now - DateTimeOffset.FromUnixTimeMilliseconds(oldest.Value);
        if (age >= DoubtInterval)
        {
            await _database.WriteAsync(
                session => session.ExecuteAsync(
                    "UPDATE instances SET catalog_doubted_at = @Now WHERE watcher IS NOT NULL AND catalog_read_at < @old AND (catalog_doubted_at IS NULL OR catalog_doubted_at < @old)",
                    new { session.Now, old = session.Now - DoubtInterval }),
                cancellationToken);
        }

        return age;
    }

    /// <summary>Requests a refresh of one instance's catalog: ComfyUI itself has just contradicted it.</summary>
    public static Task<int> DoubtAsync(DatabaseSession session, string instance) =>
        session.ExecuteAsync("UPDATE instances SET catalog_doubted_at = @Now WHERE name = @instance", new { session.Now, instance });

    /// <summary>Reads a compressed <c>/object_info</c>, and a compressed <c>/node_replacements</c>.</summary>
    public static NodeCatalog Parse(byte[] objectInfo, byte[]? nodeReplacements = null)
    {
        using var info = Decompress(objectInfo);
        using var replacements = nodeReplacements is null ? null : Decompress(nodeReplacements);
        return NodeCatalog.Parse(info.RootElement, replacements?.RootElement);
    }

    internal static JsonDocument Decompress(byte[] compressed)
    {
        using var json = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress))
        {
            var buffer = new byte[81_920];
            for (var read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
            {
                json.Write(buffer, 0, read);
                if (json.Length > MaxBytes)
                    throw new InvalidDataException($"object_info is larger than {MaxBytes >> 20} MB.");
            }
        }

        return JsonDocument.Parse(json.ToArray());
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

    /// <summary>Drops catalogs that no instance has any more.</summary>
    private void Forget(IReadOnlyList<InstanceRow> instances)
    {
        foreach (var hash in _parsed.Keys.Except(instances.Select(i => i.CatalogHash ?? "")))
            _parsed.TryRemove(hash, out _);
    }

    private sealed record CatalogRow
    {
        public required byte[] ObjectInfo { get; init; }
        public byte[]? NodeReplacements { get; init; }
    }

    [LoggerMessage(LogLevel.Warning, "The catalog {Hash} cannot be read: {Reason}")]
    private partial void LogUnreadable(string hash, string reason);
}
