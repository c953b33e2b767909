using LockNGen.TestSupport;

namespace LockNGen.WebhookNotifier.Tests.Deliveries;

[Collection(ServersCollection.Name)]
[Trait("Category", "Integration")]
public sealed class PostgreSqlDeliveryQueueTests(PostgreSqlFixture server)
    : DeliveryQueueTests(server.CreateDatabaseAsync().GetAwaiter().GetResult(), TimeProvider.System);
