using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// How every connection of a process reaches the broker's nodes: they are tried in turn, each connection starting with a different node from
/// the one before it, the first with a random one. So connections spread, and one that was lost does not try the dead node first.
/// </summary>
public sealed class BrokerNodes : IEndpointResolver
{
    /// <summary>
    /// The broker considers a client dead after twice this interval of silence. RabbitMQ.Client takes three to four times as long for a node, which
    /// decides how soon a frozen one is left.
    /// </summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(3);

    /// <summary>For this long a node that could not be reached is tried last: waiting for a frozen one takes seconds.</summary>
    private static readonly TimeSpan Distrust = TimeSpan.FromSeconds(30);

    private readonly BusOptions _options;
    private readonly BrokerTls _tls;
    private readonly Lazy<IReadOnlyList<Uri>> _addresses;
    private readonly ConcurrentDictionary<Uri, long> _failures = new();
    private uint _next = (uint)Random.Shared.Next();

    /// <summary>The nodes of the address in the options.</summary>
    public BrokerNodes(IOptions<BusOptions> options)
    {
        _options = options.Value;
        _tls = new BrokerTls(_options);
        // Not earlier: with the in-memory transport there is no address.
        _addresses = new Lazy<IReadOnlyList<Uri>>(() => BrokerAddresses.Parse(_options.Address));
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Uri> Addresses => _addresses.Value;

    /// <summary>
    /// A factory of connections to any of them. The client's own recovery is off: every user of a connection has work of its own to do after losing one.
    /// </summary>
    public ConnectionFactory CreateFactory()
    {
        var factory = new ConnectionFactory { AutomaticRecoveryEnabled = false, ContinuationTimeout = TimeSpan.FromSeconds(10) };
        Configure(factory);
        return factory;
    }

    /// <summary>Makes an existing factory, MassTransit's, connect in the same way.</summary>
    public void Configure(ConnectionFactory factory)
    {
        // Also reads user, password and virtual host from it, which all addresses share.
        factory.Uri = Addresses[0];
        factory.EndpointResolverFactory = _ => this;
        factory.RequestedHeartbeat = Heartbeat;
        factory.RequestedConnectionTimeout = _options.ConnectTimeout;
        factory.HandshakeContinuationTimeout = _options.ConnectTimeout;
        factory.SocketFactory = family => GreetedClient.Create(family, BrokerTls.IsUsedBy(Addresses[0]), _options.ConnectTimeout);
    }

    /// <inheritdoc/>
    public IEnumerable<AmqpTcpEndpoint> All()
    {
        var first = Interlocked.Increment(ref _next);
        var turn = Enumerable.Range(0, Addresses.Count).Select(i => Addresses[(int)((first + i) % Addresses.Count)]);
        foreach (var address in turn.OrderBy(HasJustFailed).ToList())
        {
            yield return new AmqpTcpEndpoint(address, _tls.For(address));
            // A caller that asks for another node did not reach this one.
            _failures[address] = Stopwatch.GetTimestamp();
        }
    }

    private bool HasJustFailed(Uri address) => _failures.TryGetValue(address, out var at) && Stopwatch.GetElapsedTime(at) < Distrust;
}
