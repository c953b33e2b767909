using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.Hosting.Health;
using LockNGen.Hosting.Options;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LockNGen.Messaging;

/// <summary>The one way to the broker: raw JSON bodies, our exchange names, the event stream.</summary>
public static class BusExtensions
{
    /// <summary>
    /// Adds the process's bus (once) and the parts that the calling service needs.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="configure">Adds endpoints.</param>
    /// <param name="brokerDecidesReadiness">Whether <c>/health/ready</c> fails while the broker is away; otherwise it only reports degraded.</param>
    public static IHostApplicationBuilder AddBus(
        this IHostApplicationBuilder builder, Action<BusParts>? configure = null, bool brokerDecidesReadiness = true)
    {
        var parts = builder.Services.Select(s => s.ImplementationInstance).OfType<BusParts>().SingleOrDefault();
        if (parts is null)
        {
            // The transport is an option like any other, but it has to be known while services are registered.
            parts = new BusParts(
                builder.Configuration.GetValue($"{BusOptions.Section}:{nameof(BusOptions.Transport)}", BusTransport.RabbitMq));
            builder.Services.AddSingleton(parts);
            AddMassTransit(builder, parts.Transport, brokerDecidesReadiness);
        }

        configure?.Invoke(parts);
        return builder;
    }

    private static void AddMassTransit(IHostApplicationBuilder builder, BusTransport transport, bool brokerDecidesReadiness)
    {
        builder.Services.AddValidatedOptions<BusOptions>(BusOptions.Section)
            .Configure(o => o.Address ??= builder.Configuration.GetConnectionString("rabbitmq"));
        builder.Services.AddSingleton<IValidateOptions<BusOptions>, BusOptionsValidator>();
        builder.Services.AddSingleton<BrokerNodes>();
        builder.Services.AddSingleton(services => new EventPublisher(services.GetRequiredService<IBus>(), services.GetService<EventLine>()));
        if (transport == BusTransport.InMemory)
        {
            builder.Services.AddSingleton<IRequests, InProcessRequests>();
        }
        else
        {
            builder.Services.AddSingleton<IRequests, DirectRequests>();
            builder.Services.AddSingleton<EventLine>();
            builder.Services.AddSingleton<QueueTakeover>().AddHostedService(services => services.GetRequiredService<QueueTakeover>());
        }

        builder.Services.AddSingleton(services => new CommandClient(services.GetRequiredService<IBus>(), services.GetRequiredService<IRequests>()));
        builder.Services.TryAddSingleton(TimeProvider.System);

        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.ConfigureHealthCheckOptions(o =>
            {
                o.Name = "broker";
                o.MinimalFailureStatus = brokerDecidesReadiness ? HealthStatus.Unhealthy : HealthStatus.Degraded;
                o.Tags.Clear();
                o.Tags.Add(HealthEndpoints.Ready);
            });
            if (transport == BusTransport.InMemory)
                x.UsingInMemory(Configure);
            else
                AddRabbitMq(x);
        });
        builder.Services.Configure<MassTransitHostOptions>(o => o.StopTimeout = TimeSpan.FromSeconds(10));
    }

    private static void AddRabbitMq(IBusRegistrationConfigurator bus)
    {
        bus.AddSingleton<ConnectionWatch>();
        bus.AddSingleton<BrokerGate>();
        bus.AddSendObserver(services => services.GetRequiredService<ConnectionWatch>());
        bus.AddPublishObserver(services => services.GetRequiredService<ConnectionWatch>());
        bus.UsingRabbitMq(ConfigureRabbitMq);
    }

    private static void ConfigureRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var options = context.GetRequiredService<IOptions<BusOptions>>().Value;
        var nodes = context.GetRequiredService<BrokerNodes>();
        var gate = context.GetRequiredService<BrokerGate>();
        bus.Host(nodes.Addresses[0], host =>
        {
            host.PublisherConfirmation = true;
            host.OnRefreshConnectionFactory = factory =>
            {
                nodes.Configure(factory);
                return gate.OpensAsync();
            };
            host.ContinuationTimeout(TimeSpan.FromSeconds(10));
            host.ConnectionName(context.GetRequiredService<IHostEnvironment>().ApplicationName);
        });
        Configure(context, bus);
        EventTopology.BindStream(bus, options);
    }

    private static void Configure(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        EventTopology.NameExchanges(bus);
        bus.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders, isDefault: true);
        bus.ConfigureJsonSerializerOptions(json => new JsonSerializerOptions(json)
        {
            WriteIndented = false,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            // Escape like the contracts: an event inside a command (ReportOutcome) arrives in exactly the bytes it is published in.
            Encoder = JavaScriptEncoder.Default,
        });
        context.GetRequiredService<BusParts>().Configure(context, bus);
    }
}
