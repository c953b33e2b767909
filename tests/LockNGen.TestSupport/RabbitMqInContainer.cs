using Testcontainers.RabbitMq;

namespace LockNGen.TestSupport;

/// <summary>
/// RabbitMQ 4 in a container, instead of the private node, in builds with <c>-p:UseTestcontainers=true</c>; only those compile this file and
/// reference its package.
/// </summary>
internal sealed class RabbitMqInContainer : IAsyncDisposable
{
    private readonly RabbitMqContainer _container =
        new RabbitMqBuilder().WithImage("rabbitmq:4-management").WithUsername("guest").WithPassword("guest").Build();

    /// <summary>The amqp:// address of the started broker.</summary>
    public string Url => _container.GetConnectionString();

    /// <summary>What runs <c>rabbitmqctl</c> in it.</summary>
    public string Control => $"docker exec {_container.Id} rabbitmqctl";

    public Task StartAsync() => _container.StartAsync();

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
