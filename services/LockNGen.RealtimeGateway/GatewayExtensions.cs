using LockNGen.Hosting.Health;
using LockNGen.Hosting.Options;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Admission;
using LockNGen.RealtimeGateway.Broker;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Drain;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.Gallery;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Polling;
using LockNGen.RealtimeGateway.Previews;
using LockNGen.RealtimeGateway.Sse;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.RealtimeGateway.WebSockets;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LockNGen.RealtimeGateway;

/// <summary>The gateway as part of a host: alone, or with the other services in one process.</summary>
public static class GatewayExtensions
{
    /// <summary>Slow handshakes are cut off: an honest client sends its headers in one piece.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds the gateway's services; the broker is that of <see cref="BusOptions"/>.</summary>
    public static IHostApplicationBuilder AddRealtimeGateway(this IHostApplicationBuilder builder)
    {
        builder.AddCallerAuthentication();
        RevocationHealth.AddTo(builder);
        builder.AddBus(parts => AddFeed(builder.Services, parts));
        var services = builder.Services;
        services.AddValidatedOptions<RingOptions>(RingOptions.Section);
        services.AddValidatedOptions<ConnectionOptions>(ConnectionOptions.Section);
        services.AddValidatedOptions<DrainOptions>(DrainOptions.Section);
        services.AddValidatedOptions<GalleryOptions>(GalleryOptions.Section);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.ConfigureEndpointDefaults(RawConnection.Use);
        });

        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<GenerationLogs>();
        services.AddSingleton<AudienceOfAll>();
        services.AddSingleton<SnapshotLookup>();
        services.AddSingleton<HoleRepair>();
        services.AddHostedService(p => p.GetRequiredService<HoleRepair>());
        services.AddSingleton<ProgressBroadcaster>();
        services.AddSingleton<IProgressBroadcaster>(p => p.GetRequiredService<ProgressBroadcaster>());
        services.AddSingleton<EventReader>();
        services.AddSingleton<EventIngest>();

        services.AddSingleton<WriteLoops>();
        services.AddSingleton<ClientConnections>();
        services.AddHostedService<Housekeeping>();
        services.AddSingleton<DrainState>();
        services.AddHostedService<DrainService>();
        services.AddSingleton<TicketService>();
        services.AddHostedService<RevokedConnections>();
        RevocationPoll.AddTo(services, (p, cancellationToken) => p.GetRequiredService<CommandClient>().GetRevocationsAsync(cancellationToken));
        services.AddSingleton<ConnectionAdmission>();

        services.AddSingleton<WebSocketEndpoint>();
        services.AddSingleton<SseEndpoint>();
        services.AddSingleton<ProgressEndpoint>();
        services.AddSingleton<PreviewEndpoint>();
        services.AddSingleton<GalleryFiles>();

        services.AddHealthChecks()
            .AddCheck<FeedState>("events", tags: [HealthEndpoints.Ready])
            .AddCheck<DrainState>("drain", tags: [HealthEndpoints.Ready]);
        return builder;
    }

    /// <summary>Maps WebSocket, SSE, polling, previews, tickets and the gallery.</summary>
    public static IEndpointRouteBuilder MapRealtimeGateway(this IEndpointRouteBuilder endpoints)
    {
        WebSocketEndpoint.Map(endpoints);
        SseEndpoint.Map(endpoints);
        ProgressEndpoint.Map(endpoints);
        PreviewEndpoint.Map(endpoints);
        TicketService.Map(endpoints);
        GalleryEndpoints.Map(endpoints);
        return endpoints;
    }

    private static void AddFeed(IServiceCollection services, BusParts parts)
    {
        services.AddSingleton(new FeedState { Problem = parts.Transport == BusTransport.InMemory ? null : "not connected to the broker yet" });
        if (parts.Transport == BusTransport.InMemory)
        {
            services.AddSingleton<IEventHistory, NoHistory>();
            services.AddSingleton<InMemoryFeed>();
            parts.Endpoint(InMemoryFeed.Queue, InMemoryFeed.Configure);
            return;
        }

        services.AddValidatedOptions<ReplicaOptions>(ReplicaOptions.Section);
        services.AddSingleton<BrokerConnections>();
        services.AddSingleton<PartitionBindings>();
        services.AddSingleton<IEventHistory, EventStream>();
        services.AddHostedService<RabbitMqFeed>();
    }
}
