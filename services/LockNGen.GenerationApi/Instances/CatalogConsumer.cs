using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using MassTransit;

namespace LockNGen.GenerationApi.Instances;

/// <summary>Stores what a watcher read of an instance's nodes and models.</summary>
internal sealed partial class CatalogConsumer(GenerationsDatabase database, SchedulerSignal scheduler, ILogger<CatalogConsumer> logger)
    : IConsumer<InstanceCatalog>
{
    public async Task Consume(ConsumeContext<InstanceCatalog> context)
    {
        var catalog = context.Message;
        var classes = CatalogStore.Parse(catalog.ObjectInfo, catalog.NodeReplacements).Classes.Count;
        await database.WriteAsync(session => StoreAsync(session, catalog), context.CancellationToken);
        LogStored(catalog.Instance, classes, catalog.Hash);
        scheduler.Set();
    }

    private static async Task StoreAsync(DatabaseSession session, InstanceCatalog catalog)
    {
        await session.ExecuteAsync(
            "INSERT INTO catalogs (hash, object_info, node_replacements, received_at) VALUES (@Hash, @ObjectInfo, @NodeReplacements, @Now) ON CONFLICT (hash) DO NOTHING",
            new { catalog.Hash, catalog.ObjectInfo, catalog.NodeReplacements, session.Now });
        await session.ExecuteAsync(
            "UPDATE instances SET catalog_hash = @Hash, version = COALESCE(@Version, version) WHERE name = @Instance",
            new { catalog.Hash, catalog.Version, catalog.Instance });
        await session.ExecuteAsync(
            "DELETE FROM catalogs WHERE hash <> @Hash AND NOT EXISTS (SELECT 1 FROM instances i WHERE i.catalog_hash = catalogs.hash)",
            new { catalog.Hash });
    }

    [LoggerMessage(LogLevel.Information, "Instance {Instance} has {Classes} node classes (catalog {Hash})")]
    private partial void LogStored(string instance, int classes, string hash);
}
