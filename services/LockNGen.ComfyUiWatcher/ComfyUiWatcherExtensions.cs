using System.Net;
using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Results;
using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.Hosting.Options;
using LockNGen.Messaging;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher;

/// <summary>The watcher as part of a host.</summary>
public static class ComfyUiWatcherExtensions
{
    private const string DefaultServer = "http://127.0.0.1:8188";

    /// <summary>A watcher that is gone for this long has lost its leases long before, so its queue expires with the commands in it.</summary>
    private static readonly TimeSpan QueueExpiration = TimeSpan.FromMinutes(1);

    /// <summary>Adds the watcher: sections <c>ComfyUi</c> and <c>Watcher</c>, and its queue on the bus.</summary>
    public static IHostApplicationBuilder AddComfyUiWatcher(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<ComfyUiOptions>(ComfyUiOptions.Section).PostConfigure(o =>
        {
            if (o.Instances.Count == 0 && o.Discovery.Count == 0)
                o.Instances.Add(new ComfyUiInstanceOptions { Url = DefaultServer });
        });
        services.AddSingleton<IValidateOptions<ComfyUiOptions>, ComfyUiOptionsValidator>();
        services.AddValidatedOptions<WatcherOptions>(WatcherOptions.Section)
            .Configure(o => o.PublicUrl ??= builder.Configuration[nameof(WatcherOptions.PublicUrl)]);

        services.AddHttpClient(ResultStore.HttpClient, c => c.Timeout = Timeout.InfiniteTimeSpan).WithoutProxy();

        services.TryAddSingleton<ResolveAddresses>(_ => Dns.GetHostAddressesAsync);
        services.AddSingleton<WatcherMetrics>();
        services.AddSingleton<Installation>();
        services.AddSingleton<InstanceServices>();
        services.AddSingleton<InstanceDirectory>();
        services.AddSingleton<ActiveGenerations>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<ResultStore>();
        services.AddSingleton<OtherResults>();
        services.AddSingleton<StoreOtherResults>(provider => provider.GetRequiredService<OtherResults>().StoreAsync);
        services.AddSingleton<LedgerClient>();
        services.AddSingleton<ReportedProgress>();
        services.AddSingleton<SharedTimer>();
        services.AddSingleton<GenerationServices>();
        services.AddSingleton<GenerationDispatcher>();
        builder.AddBus(bus => bus.DurableEndpoint(
            provider => new DurableQueue(BusQueues.Watcher(provider.GetRequiredService<IOptions<WatcherOptions>>().Value.Name)) { Expires = QueueExpiration },
            ConfigureQueue));
        // After the bus, so that they stop before it: the last heartbeat releases everything.
        services.AddHostedService<InstanceWatch>();
        services.AddHostedService<Heartbeats>();
        return builder;
    }

    private static void ConfigureQueue(IBusRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        endpoint.Handler<SubmitGeneration>(command =>
        {
            Dispatcher().Submit(command.Message);
            return Task.CompletedTask;
        });
        endpoint.Handler<CancelGeneration>(command =>
        {
            Dispatcher().Cancel(command.Message);
            return Task.CompletedTask;
        });

        // Not before the first command: it needs the bus, which is being built here.
        GenerationDispatcher Dispatcher() => context.GetRequiredService<GenerationDispatcher>();
    }
}
