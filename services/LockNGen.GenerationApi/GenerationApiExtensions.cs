using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Access;
using LockNGen.GenerationApi.Attempts;
using LockNGen.GenerationApi.Blocking;
using LockNGen.GenerationApi.Cancel;
using LockNGen.GenerationApi.Docs;
using LockNGen.GenerationApi.Doors;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.History;
using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Import;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Limits;
using LockNGen.GenerationApi.ObjectStorage;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Scheduling;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Submit;
using LockNGen.GenerationApi.Templates;
using LockNGen.GenerationApi.Uploads;
using LockNGen.GenerationApi.Validation;
using LockNGen.Hosting.Health;
using LockNGen.Hosting.Options;
using LockNGen.Messaging;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using LockNGen.Web.OpenApi;
using LockNGen.Webhooks;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi;

/// <summary>The GenerationApi as part of a host: alone, or in Standalone.</summary>
public static class GenerationApiExtensions
{
    /// <summary>The queue on which the API receives its published outcomes back from the broker.</summary>
    private const string OutcomesQueue = "generation-api-outcomes";

    /// <summary>JSON metadata of every request and response.</summary>
    private static readonly IJsonTypeInfoResolver[] JsonOfFeatures =
    [
        AccessJson.Default, AttemptJson.Default, BlockingJson.Default, CancelJson.Default, HistoryJson.Default, ImportJson.Default, InstanceJson.Default,
        QueueJson.Default, SubmitJson.Default, TemplateResponseJson.Default, UploadJson.Default,
    ];

    /// <summary>Adds queue, scheduler, ledger and everything else that the endpoints use.</summary>
    public static IHostApplicationBuilder AddGenerationApi(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        AddOptions(builder);
        builder.AddCallerAuthentication();
        builder.AddCallbackAddressGuard();
        AddJson(services);
        AddStorage(builder);
        AddQueue(services);
        AddWorkflows(services);
        AddSubmission(services);
        AddEndpointServices(services);
        services.AddHostedService<WarmUp>();
        services.AddHostedService<LeasesOfLastRun>();
        services.AddHostedService<Scheduler>();
        services.AddHostedService<OutboxPublisher>();
        services.AddHostedService<Retention>();
        services.AddHostedService<QueueGauges>();
        services.AddHostedService(p => p.GetRequiredService<HeartbeatLiveness>());
        services.AddHostedService(p => p.GetRequiredService<Revocations>());
        return builder.AddBus(AddEndpoints, brokerDecidesReadiness: false);
    }

    /// <summary>Maps all endpoints of the API, its OpenAPI document at /openapi/v1.json and the page for it at /docs.</summary>
    public static IEndpointRouteBuilder MapGenerationApi(this IEndpointRouteBuilder endpoints)
    {
        SubmitEndpoint.Map(endpoints);
        BlockingEndpoint.Map(endpoints);
        HistoryEndpoints.Map(endpoints);
        RequeueEndpoint.Map(endpoints);
        CancelEndpoints.Map(endpoints);
        ImageEndpoints.Map(endpoints);
        FileDeliveryEndpoints.Map(endpoints);
        UploadEndpoint.Map(endpoints);
        TemplateEndpoint.Map(endpoints);
        ImportEndpoint.Map(endpoints);
        InstanceEndpoints.Map(endpoints);
        QueueEndpoints.Map(endpoints);
        RevocationEndpoint.Map(endpoints);
        PromptEndpoints.Map(endpoints);
        FileEndpoints.Map(endpoints);
        AssetEndpoints.Map(endpoints);
        ContentEndpoints.Map(endpoints);
        CatalogEndpoint.Map(endpoints);
        endpoints.MapSession();
        endpoints.MapOpenApi();
        DocsPage.Map(endpoints);
        return endpoints;
    }

    private static void AddOptions(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<GenerationApiOptions>(GenerationApiOptions.Section);
        services.AddValidatedOptions<QueueOptions>(QueueOptions.Section);
        services.AddValidatedOptions<SubmitOptions>(SubmitOptions.Section);
        services.AddValidatedOptions<TemplateOptions>(TemplateOptions.Section);
        services.AddValidatedOptions<LimitOptions>(LimitOptions.Section).PostConfigure(o => o.Complete());
        services.AddValidatedOptions<StorageOptions>(StorageOptions.Section)
            .Configure(o => o.ConnectionString ??= builder.Configuration.GetConnectionString("generations"))
            .PostConfigure(o => o.ConnectionString ??= $"Data Source={Path.Combine(o.DataPath, "generations.db")}");
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddValidatedOptions<S3Options>(S3Options.Section);
        services.AddSingleton<IValidateOptions<S3Options>, S3OptionsValidator>();
    }

    private static void AddJson(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o =>
        {
            foreach (var feature in JsonOfFeatures)
                o.SerializerOptions.TypeInfoResolverChain.Insert(0, feature);
            o.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddOpenApi("v1", o => o.Describe(
            "LockN Gen API",
            "Submits generations to the queue, follows and cancels them, and serves their files, uploads, templates and the state of queue and servers. "
            + "Events are sent over WebSocket and SSE, described in docs/asyncapi.yaml."));
    }

    /// <summary>The database, and the files beside it.</summary>
    private static void AddStorage(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddDatabase<GenerationsDatabase>("database");
        services.AddExceptionHandler<DatabaseExceptionHandler>();
        services.AddExceptionHandler<StorageExceptionHandler>();
        services.AddSingleton<StorageHealth>();
        services.AddHealthChecks().AddCheck<StorageHealth>("storage", tags: [HealthEndpoints.Ready]);
        services.AddSingleton<Installation>();
        services.AddSingleton<SecretBox>();
        services.AddSingleton<StoredBytes>();
        services.AddSingleton<S3Bucket>();
        services.TryAddSingleton<IImageStore>(provider => provider.GetRequiredService<IOptions<S3Options>>().Value.IsUsed
            ? Create<S3ImageStore>(provider)
            : Create<DirectoryImageStore>(provider));
        services.AddSingleton<FileRemovals>();
        services.AddSingleton<FreeSpace>();
        services.AddSingleton<UploadStore>();
        services.AddSingleton<NamedFiles>();
        services.AddSingleton<UploadTokens>();
    }

    /// <summary>What moves a generation from its submission to its end.</summary>
    private static void AddQueue(IServiceCollection services)
    {
        services.AddSingleton<Links>();
        services.AddSingleton<GenerationMetrics>();
        services.AddSingleton<SchedulerSignal>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<EventOutbox>();
        services.AddSingleton<WebhookRegistrations>();
        services.AddSingleton<Endings>();
        services.AddSingleton<GenerationLedger>();
        services.AddSingleton<Durations>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<WatcherCommands>();
        services.AddSingleton<SchedulingPass>();
        services.AddSingleton<Deadlines>();
        services.AddSingleton<Sweeper>();
        services.AddSingleton<Cancellations>();
        services.AddSingleton<PositionNotices>();
        services.AddSingleton<Leases>();
        services.AddSingleton<HeartbeatLiveness>();
    }

    /// <summary>Templates, and what the instances can render.</summary>
    private static void AddWorkflows(IServiceCollection services)
    {
        services.AddSingleton<CatalogStore>();
        services.AddSingleton<TemplateCatalog>();
        services.AddSingleton<TemplateStore>();
        services.AddSingleton<DefinitionStore>();
        services.AddSingleton<WorkflowFindings>();
        services.AddSingleton<NodePolicy>();
        services.AddSingleton<WorkflowInspection>();
    }

    private static void AddSubmission(IServiceCollection services)
    {
        services.AddSingleton<SettingsReader>();
        services.AddSingleton<WorkflowSource>();
        services.AddSingleton<InputFetcher>();
        services.AddSingleton<InputSources>();
        services.AddSingleton<WorkflowCheck>();
        services.AddSingleton<SubmissionReader>();
        services.AddSingleton<GenerationInserter>();
        services.AddSingleton<SubmissionLimits>();
        services.AddSingleton<GroupCommit>();
        services.AddHostedService(provider => provider.GetRequiredService<GroupCommit>());
        services.AddSingleton<ChosenIds>();
        services.AddSingleton<SubmissionResponses>();
        services.AddSingleton<Submitter>();
    }

    /// <summary>What single endpoints use.</summary>
    private static void AddEndpointServices(IServiceCollection services)
    {
        services.AddSingleton<TemplateEndpoint>();
        services.AddSingleton<ImportEndpoint>();
        services.AddSingleton<BlockingEndpoint>();
        services.AddSingleton<FileDeliveryEndpoints>();
        services.AddSingleton<CatalogEndpoint>();
        services.AddSingleton<AssetEndpoints>();
        services.AddSingleton<SignedLinks>();
        services.AddSingleton<Thumbnails>();
        services.AddSingleton<GenerationResponses>();
        services.AddSingleton<Canceller>();
        services.AddSingleton<Eraser>();
        services.AddSingleton<Revocations>();
    }

    private static void AddEndpoints(BusParts parts)
    {
        parts.Endpoint(new DurableQueue(BusQueues.GenerationApi), (context, endpoint) =>
        {
            endpoint.ConcurrentMessageLimit = 16;
            endpoint.ConfigureError(error =>
            {
                error.UseFilter(new GenerateFaultFilter());
                error.UseFilter(new DiscardWhileDatabaseUnavailable());
                error.UseFilter(new ErrorTransportFilter());
            });
            endpoint.Consumer(() => Create<ClaimConsumer>(context));
            endpoint.Consumer(() => Create<OutcomeConsumer>(context));
            endpoint.Consumer(() => Create<OtherPromptConsumer>(context));
            endpoint.Consumer(() => Create<SnapshotConsumer>(context));
            endpoint.Consumer(() => Create<CatalogConsumer>(context));
            endpoint.Consumer(() => Create<TicketConsumer>(context));
            // Handlers and not consumers: MassTransit disposes of a consumer after each message, and these are long-lived services.
            endpoint.Handler<GetRevocations>(async c => await c.RespondAsync(await context.GetRequiredService<Revocations>().AllAsync(c.CancellationToken)));
        });
        parts.Endpoint(new DurableQueue(BusQueues.Heartbeats), (context, endpoint) =>
        {
            endpoint.ConcurrentMessageLimit = 8;
            // The next one follows within seconds; if kept, those that met a database restart would stay in an error queue forever.
            endpoint.DiscardFaultedMessages();
            endpoint.Consumer(() => Create<HeartbeatConsumer>(context));
            endpoint.Handler<HeartbeatCanary>(c => context.GetRequiredService<HeartbeatLiveness>().NoteAsync(c.CancellationToken));
        });
        parts.Endpoint(new DurableQueue(OutcomesQueue) { PutsAside = true }, (context, endpoint) =>
        {
            endpoint.ConfigureConsumeTopology = true;
            endpoint.ConcurrentMessageLimit = 8;
            endpoint.UseMessageRetry(r => r.Exponential(5, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200)));
            endpoint.Consumer(() => Create<OutcomeSeenConsumer>(context));
        });
    }

    private static T Create<T>(IServiceProvider services)
        where T : class => ActivatorUtilities.CreateInstance<T>(services);
}
