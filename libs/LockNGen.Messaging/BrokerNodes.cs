using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// The one way to the broker's nodes, for every connection of a process: they are tried in turn, each connection beginning with another node than
/// the one before it, the first with one by chance. So connections spread, and one that was lost does not try the dead node first.
/// </summary>
public sealed class BrokerNodes : IEndpointResolver
{
    /// <summary>
    /// The broker takes a client for dead after twice as long a silence. RabbitMQ.Client takes three to four times as long for a node, which
    /// decides how soon the loss of a frozen one is got over.
    /// </summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(3);

    /// <summary>A node that could not be reached is tried last for so long: to wait for one that is frozen takes seconds.</summary>
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
            // Who asks for another one did not reach this.
            _failures[address] = Stopwatch.GetTimestamp();
        }
    }

    private bool HasJustFailed(Uri address) => _failures.TryGetValue(address, out var at) && Stopwatch.GetElapsedTime(at) < Distrust;
}
