using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>Tests with processes share one broker and run one after another.</summary>
[CollectionDefinition(nameof(BrokerCollection))]
public sealed class BrokerCollection : ICollectionFixture<RabbitMqBroker>;
