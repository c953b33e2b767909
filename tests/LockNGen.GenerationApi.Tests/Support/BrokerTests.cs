using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>Tests that need a real broker run one after another, for some kill it; it starts with the first of them.</summary>
[CollectionDefinition(nameof(RabbitMqBroker))]
public sealed class BrokerTests : ICollectionFixture<RabbitMqBroker>;
