using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.Messaging;

/// <summary>
/// What a service adds to the process's one bus. Services are composed in one process (Standalone) as well as alone, and MassTransit is
/// registered once, so each service hands in its parts and the bus is built from all of them.
/// </summary>
public sealed class BusParts(BusTransport transport)
{
    /// <summary>What carries the messages: a service may read events differently if there is a broker.</summary>
    public BusTransport Transport => transport;

    private readonly List<Action<IBusRegistrationContext, IBusFactoryConfigurator>> _endpoints = [];
    private readonly List<Func<IServiceProvider, DurableQueue>> _durable = [];

    /// <summary>
    /// Adds a queue that survives the loss of a node; apart from its own exchange, only what <paramref name="configure"/> binds is bound to it.
    /// </summary>
    public void Endpoint(DurableQueue queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) =>
        DurableEndpoint(_ => queue, configure);

    /// <summary>The same for a queue whose name the services know.</summary>
    public void DurableEndpoint(Func<IServiceProvider, DurableQueue> queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure)
    {
        _durable.Add(queue);
        Endpoint(services => Transport == BusTransport.RabbitMq ? queue(services).Name : queue(services).Exchange, (context, endpoint) =>
        {
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbitMq)
            {
                queue(context).Configure(rabbitMq);
                endpoint.AddDependency(context.GetRequiredService<QueueTakeover>());
            }

            configure(context, endpoint);
        });
    }

    /// <summary>
    /// Adds a queue on a single node. A queue of one process should be exclusive: it ends with its connection, and nothing of it stays behind on a node that is lost, where
    /// RabbitMQ 4 would refuse to confirm whatever is routed to it. Only what <paramref name="configure"/> binds is bound to it.
    /// </summary>
    public void Endpoint(string queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) =>
        Endpoint(_ => queue, configure);

    /// <summary>The same for a queue whose name the services know.</summary>
    public void Endpoint(Func<IServiceProvider, string> queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) =>
        _endpoints.Add((context, bus) => bus.ReceiveEndpoint(queue(context), endpoint => Configure(context, endpoint, configure)));

    internal IEnumerable<DurableQueue> DurableQueues(IServiceProvider services) => _durable.Select(queue => queue(services));

    internal void Configure(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        foreach (var endpoint in _endpoints)
            endpoint(context, bus);
    }

    private static void Configure(
        IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure)
    {
        endpoint.ConfigureConsumeTopology = false;
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbitMq)
            rabbitMq.ConfigureChannel(channel => channel.UseFilter(context.GetRequiredService<ConnectionWatch>()));
        configure(context, endpoint);
    }
}
