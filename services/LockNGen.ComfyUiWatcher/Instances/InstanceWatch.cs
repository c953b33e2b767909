using System.Net;
using System.Net.Sockets;
using LockNGen.ComfyUiWatcher.Options;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>Looks up the addresses of a host.</summary>
internal delegate Task<IPAddress[]> ResolveAddresses(string host, CancellationToken cancellationToken);

/// <summary>Watches every configured server, and those that DNS names resolve to for as long as they do.</summary>
internal sealed partial class InstanceWatch(
    InstanceServices services,
    InstanceDirectory directory,
    ResolveAddresses resolve,
    WatcherMetrics metrics,
    TimeProvider clock,
    ILogger<InstanceWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        InstanceGauges.Register(metrics.Meter, directory);
        var fixedOnes = services.Options.Instances.Select(i => RunAsync(i, stoppingToken));
        var discovered = services.Options.Discovery.Select(d => DiscoverAsync(d, stoppingToken));
        await Task.WhenAll(fixedOnes.Concat(discovered).ToList());
    }

    private async Task RunAsync(ComfyUiInstanceOptions settings, CancellationToken cancellationToken)
    {
        var instance = new ComfyUiInstance(settings, services);
        directory.Add(instance);
        try
        {
            await instance.RunAsync(cancellationToken);
        }
        finally
        {
            directory.Remove(instance);
        }
    }

    private async Task DiscoverAsync(ComfyUiDiscoveryOptions discovery, CancellationToken cancellationToken)
    {
        var running = new Dictionary<IPAddress, (CancellationTokenSource Stop, Task Task)>();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await ResolveAsync(discovery.Host, cancellationToken) is { } addresses)
            {
                foreach (var gone in running.Keys.Except(addresses).ToList())
                {
                    running.Remove(gone, out var entry);
                    await entry.Stop.CancelAsync();
                    await entry.Task;
                    entry.Stop.Dispose();
                }

                foreach (var address in addresses.Where(a => !running.ContainsKey(a)))
                {
                    var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    running[address] = (stop, RunAsync(SettingsOf(discovery, address), stop.Token));
                }
            }

            await Task.Delay(discovery.Interval, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running.Values.Select(r => r.Task));
    }

    /// <summary>Looks a name up.</summary>
    /// <returns>Null if the name server does not answer: then nothing is known to have changed.</returns>
    private async Task<IReadOnlyCollection<IPAddress>?> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ResolveTimeout);
        try
        {
            return await resolve(host, deadline.Token);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            // A headless service without pods.
            return [];
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            LogUnresolved(host, e.Message);
            return null;
        }
    }

    private static ComfyUiInstanceOptions SettingsOf(ComfyUiDiscoveryOptions discovery, IPAddress address)
    {
        var settings = new ComfyUiInstanceOptions
        {
            Url = new UriBuilder(Uri.UriSchemeHttp, address.ToString(), discovery.Port).Uri.ToString(),
            Name = $"{discovery.Host}/{address}",
            Capacity = discovery.Capacity,
            CaFile = discovery.CaFile,
            SkipCertificateCheck = discovery.SkipCertificateCheck,
            Proxy = discovery.Proxy,
        };
        foreach (var label in discovery.Labels)
            settings.Labels.Add(label);
        foreach (var header in discovery.Headers)
            settings.Headers.Add(header);
        return settings;
    }

    [LoggerMessage(LogLevel.Warning, "{Host} cannot be resolved; its servers are kept as they are: {Reason}")]
    private partial void LogUnresolved(string host, string reason);
}
