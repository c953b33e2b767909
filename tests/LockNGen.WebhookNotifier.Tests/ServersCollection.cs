using LockNGen.TestSupport;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>One broker and one PostgreSQL for the tests that need them; runs without such tests start neither.</summary>
[CollectionDefinition(Name)]
public sealed class ServersCollection : ICollectionFixture<RabbitMqBroker>, ICollectionFixture<PostgreSqlFixture>
{
    public const string Name = "Servers";
}
