using System.Collections.Concurrent;
using System.Text.Json;
using LockNGen.GenerationApi.Storage;
using LockNGen.Workflows.Catalog;

namespace LockNGen.GenerationApi.Instances;

/// <summary>The node classes of all instances as the editor sees them; read when a workflow is imported, and kept as long as an instance has them.</summary>
internal sealed class DefinitionStore(GenerationsDatabase database)
{
    private readonly ConcurrentDictionary<string, NodeDefinitions> _parsed = [];

    /// <summary>The classes of all instances together; where they differ, the first by name wins.</summary>
    public async Task<NodeDefinitions> AllAsync(IReadOnlyList<InstanceRow> instances, CancellationToken cancellationToken)
    {
        var hashes = instances.Select(i => i.CatalogHash).OfType<string>().Distinct().ToList();
        var known = new List<NodeDefinitions>(hashes.Count);
        foreach (var hash in hashes)
        {
            if (_parsed.TryGetValue(hash, out var parsed) || await ReadAsync(hash, cancellationToken) is { } read && (parsed = _parsed.GetOrAdd(hash, read)) is not null)
                known.Add(parsed);
        }

        foreach (var gone in _parsed.Keys.Except(hashes))
            _parsed.TryRemove(gone, out _);
        return NodeDefinitions.Merge(known);
    }

    // The catalogs' own store has reported what cannot be read.
    private async Task<NodeDefinitions?> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        var stored = await database.ReadAsync(
            session => session.ScalarAsync<byte[]>("SELECT object_info FROM catalogs WHERE hash = @hash", new { hash }), cancellationToken);
        if (stored is null)
            return null;
        try
        {
            using var document = CatalogStore.Decompress(stored);
            return NodeDefinitions.Parse(document.RootElement.Clone());
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return null;
        }
    }
}
