using LockNGen.TestSupport;

[assembly: AssemblyFixture(typeof(RabbitMqBroker))]
