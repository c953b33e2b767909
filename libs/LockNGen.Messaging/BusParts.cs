using MassTransit;

namespace LockNGen.Messaging;

/// <summary>
/// What a service adds to the process's one bus. Services are composed in one process (Standalone) as well as alone, and MassTransit is
/// registered once, so each service hands in its parts and the bus is built from all of them.
/// </summary>
public sealed class BusParts(BusTransport transport)
{
    /// <summary>What carries the messages: a service may read events in another way where there is a broker.</summary>
    public BusTransport Transport => transport;

    private readonly List<Action<IBusRegistrationContext, IBusFactoryConfigurator>> _endpoints = [];

    /// <summary>
    /// Adds a durable queue that commands are sent to by name; nothing is bound to it but what <paramref name="configure"/> binds.
    /// </summary>
    public void Endpoint(string queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) =>
        Endpoint(_ => queue, configure);

    /// <summary>The same for a queue whose name the services know.</summary>
    public void Endpoint(Func<IServiceProvider, string> queue, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure) =>
        _endpoints.Add((context, bus) => bus.ReceiveEndpoint(queue(context), endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            configure(context, endpoint);
        }));

    internal void Configure(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        foreach (var endpoint in _endpoints)
            endpoint(context, bus);
    }
}
