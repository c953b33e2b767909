using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// The one way to the broker's nodes, for every connection of a process: they are tried in turn, each connection beginning with another node than
/// the one before it, the first with one by chance. So connections spread, and one that was lost does not try the dead node first.
/// </summary>
public sealed class BrokerNodes : IEndpointResolver
{
    /// <summary>After twice as long a silence each side takes the other for dead.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly BusOptions _options;
    private readonly BrokerTls _tls;
    private readonly Lazy<IReadOnlyList<Uri>> _addresses;
    private uint _next = (uint)Random.Shared.Next();

    /// <summary>The nodes of the address in the options.</summary>
    public BrokerNodes(IOptions<BusOptions> options)
    {
        _options = options.Value;
        _tls = new BrokerTls(_options);
        // Not now: a process whose messages stay in it has no address.
        _addresses = new Lazy<IReadOnlyList<Uri>>(() => BrokerAddresses.Parse(_options.Address));
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Uri> Addresses => _addresses.Value;

    /// <summary>
    /// A factory of connections to any of them. The client's own recovery is off: whoever uses a connection has something to do after a lost one.
    /// </summary>
    public ConnectionFactory CreateFactory()
    {
        var factory = new ConnectionFactory { AutomaticRecoveryEnabled = false, ContinuationTimeout = TimeSpan.FromSeconds(10) };
        Configure(factory);
        return factory;
    }

    /// <summary>Makes a factory that is there already, MassTransit's, connect in the same way.</summary>
    public void Configure(ConnectionFactory factory)
    {
        // Also takes user, password and virtual host out of it, which all addresses share.
        factory.Uri = Addresses[0];
        factory.EndpointResolverFactory = _ => this;
        factory.RequestedHeartbeat = Heartbeat;
        factory.RequestedConnectionTimeout = _options.ConnectTimeout;
        factory.HandshakeContinuationTimeout = _options.ConnectTimeout;
        factory.SocketFactory = family => GreetedClient.Create(family, _options.ConnectTimeout);
    }

    /// <inheritdoc/>
    public IEnumerable<AmqpTcpEndpoint> All()
    {
        var first = Interlocked.Increment(ref _next);
        for (uint i = 0; i < Addresses.Count; i++)
        {
            var address = Addresses[(int)((first + i) % (uint)Addresses.Count)];
            yield return new AmqpTcpEndpoint(address, _tls.For(address));
        }
    }
}
