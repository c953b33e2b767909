using System.Text.Json.Serialization;
using LockNGen.Hosting.Options;
using LockNGen.Messaging;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using LockNGen.Web.OpenApi;
using LockNGen.WebhookNotifier.Deliveries;
using LockNGen.WebhookNotifier.Http;
using LockNGen.WebhookNotifier.Registrations;
using LockNGen.WebhookNotifier.Storage;
using LockNGen.Webhooks;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier;

/// <summary>The service, for its own Program.cs and for Standalone.</summary>
public static class WebhookNotifierExtensions
{
    private const string Root = "/api/webhooks";

    /// <summary>Its OpenAPI document, at a path that is routed to the notifier anyway; Standalone's v1 has it all.</summary>
    private const string OpenApiDocument = "openapi";

    /// <summary>Adds the queue, the worker and the storage behind them.</summary>
    public static IHostApplicationBuilder AddWebhookNotifier(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddCallerAuthentication();
        RevocationHealth.AddTo(builder);
        builder.AddCallbackAddressGuard();
        services.AddSingleton<IConfigureOptions<WebhookOptions>, WebhookConnection>();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookConnection>();
        services.AddValidatedOptions<WebhookOptions>(WebhookOptions.Section);
        builder.AddDatabase<WebhooksDatabase>("webhooks-database");
        services.AddSingleton<RetryingDatabase>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookValidation>();
        services.AddSingleton<DeliverySignal>();
        services.AddSingleton<DeliveryIntake>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryLog>();
        services.AddSingleton<RetrySchedule>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<NotifierMetrics>();
        services.AddSingleton<EventConsumer>();
        services.AddSingleton<RegisterWebhookConsumer>();
        services.AddHostedService<DeliveryWorker>();
        services.AddHostedService<DeliverySweeper>();
        // Nothing stays open here that would have to be closed at once, so this service needs no queue of its own for each replica.
        RevocationPoll.AddTo(services, (p, cancellationToken) => p.GetRequiredService<CommandClient>().GetRevocationsAsync(cancellationToken));
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, NotifierJson.Default);
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddOpenApi(OpenApiDocument, o =>
        {
            o.ShouldInclude = e => e.RelativePath?.StartsWith(Root[1..], StringComparison.Ordinal) == true;
            o.Describe("LockN Gen webhooks", "Registers addresses that are called when generations start, end or have a picture, and shows what was delivered to them.");
        });
        return builder.AddBus(bus => bus.Endpoint(DurableQueue.WebhookNotifier, ConfigureQueue));
    }

    /// <summary>Maps <c>/api/webhooks</c>, and its OpenAPI document at <c>/api/webhooks/openapi.json</c>.</summary>
    public static IEndpointRouteBuilder MapWebhookNotifier(this IEndpointRouteBuilder endpoints)
    {
        var webhooks = endpoints.MapGroup(Root).WithTags("Webhooks").RequireAuthorization();
        WebhookEndpoints.Map(webhooks);
        DeliveryEndpoints.Map(webhooks);
        endpoints.MapOpenApi(Root + "/{documentName}.json");
        return endpoints;
    }

    /// <summary>
    /// One message at a time, and from one replica at a time: so a generation's webhook is stored before its events come, and these in
    /// their order. Replicas share the deliveries, which take long, and not the writing down, which does not.
    /// </summary>
    private static void ConfigureQueue(IBusRegistrationContext context, IReceiveEndpointConfigurator queue)
    {
        queue.ConcurrentMessageLimit = 1;
        queue.PrefetchCount = 64;
        Bind(queue);
        queue.Consumer(context.GetRequiredService<RegisterWebhookConsumer>);
        queue.Consumer(context.GetRequiredService<EventConsumer>);
    }

    /// <summary>Binds what can be delivered; progress never enters the queue.</summary>
    private static void Bind(IReceiveEndpointConfigurator queue)
    {
        foreach (var exchange in DeliverableEvents.All)
        {
            switch (queue)
            {
                case IRabbitMqReceiveEndpointConfigurator rabbitMq:
                    rabbitMq.Bind(exchange);
                    break;
                case IInMemoryReceiveEndpointConfigurator inMemory:
                    inMemory.Bind(exchange);
                    break;
            }
        }
    }
}
