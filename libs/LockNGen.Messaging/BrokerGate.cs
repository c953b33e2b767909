using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LockNGen.Messaging;

/// <summary>
/// Has MassTransit connect only when the broker answers. After a failed attempt its receive endpoints pause for 3 to 37 s, each time longer, and no
/// setting changes that: a broker that is back after half a minute would have no consumers for as long again.
/// </summary>
internal sealed partial class BrokerGate
{
    /// <summary>After this long MassTransit tries by itself, and reports what it finds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly Backoff Look = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    private readonly Lazy<ConnectionFactory> _factory;
    private readonly string _name;
    private readonly CancellationToken _stopping;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public BrokerGate(BrokerNodes nodes, IHostEnvironment host, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<BrokerGate> logger)
    {
        _factory = new Lazy<ConnectionFactory>(nodes.CreateFactory);
        _name = $"{host.ApplicationName} greeting";
        (_stopping, _clock, _logger) = (lifetime.ApplicationStopping, clock, logger);
    }

    /// <summary>Completes when the virtual host takes a channel on one of the nodes, or when waiting no longer helps.</summary>
    public async Task OpensAsync()
    {
        var since = _clock.GetTimestamp();
        for (var failures = 0; _clock.GetElapsedTime(since) < Patience;)
        {
            try
            {
                await using var connection = await _factory.Value.CreateConnectionAsync(_name, _stopping);
                // The client does not wait for the virtual host, which may still be starting, until there is a channel.
                await using var channel = await connection.CreateChannelAsync(cancellationToken: _stopping);
                if (failures > 0)
                    LogBack(_clock.GetElapsedTime(since).TotalSeconds);
                return;
            }
            catch (Exception e) when (_stopping.IsCancellationRequested || e.Causes().Any(c => c is AuthenticationFailureException))
            {
                return;
            }
            catch (Exception e)
            {
                if (++failures == 1)
                    LogAway(e.Message);
                await Task.Delay(Look.DelayAfter(failures), _clock, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The bus waits for the broker: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "The broker answers again after {Seconds:0.0} s")]
    private partial void LogBack(double seconds);
}
