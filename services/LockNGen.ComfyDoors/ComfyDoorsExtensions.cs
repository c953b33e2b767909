using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Events;
using LockNGen.ComfyDoors.Http;
using LockNGen.ComfyDoors.OpenAi;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Timelines;
using LockNGen.ComfyDoors.V2;
using LockNGen.Web.Authentication;
using LockNGen.Messaging;
using LockNGen.Hosting;
using LockNGen.Hosting.Options;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors;

/// <summary>The doors as a part of a host: alone, or in Standalone.</summary>
public static class ComfyDoorsExtensions
{
    /// <summary>Adds the doors, with all of their routes: these are distinguished by port, not by path.</summary>
    public static IHostApplicationBuilder AddComfyDoors(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddCallerAuthentication();
        RevocationHealth.AddTo(builder);
        services.AddValidatedOptions<DoorOptions>(DoorOptions.Section);
        services.AddTransient<IStartupFilter, DoorBranch>();
        services.AddHttpClient(GenerationApiClient.Client, (provider, client) =>
        {
            var options = provider.GetRequiredService<IOptions<DoorOptions>>().Value;
            client.BaseAddress = new Uri(options.ApiUrl);
            client.Timeout = options.ApiTimeout;
        }).WithoutProxy();
        services.AddSingleton<GenerationApiClient>();
        services.AddSingleton<Catalogs>();
        services.AddSingleton<ResultSource>();
        services.AddSingleton<OwnerStates>();
        services.AddHostedService(provider => provider.GetRequiredService<OwnerStates>());
        services.AddSingleton<ReportedQueue>();
        services.AddSingleton<Submission>();
        services.AddSingleton<JobWatch>();
        services.AddSingleton<AssetEndpoints>();
        services.AddSingleton<AssetReferences>();
        services.AddSingleton<ResultHashes>();
        services.AddSingleton<JobEndpoints>();
        services.AddSingleton<JobEvents>();
        services.AddSingleton<ImagesEndpoints>();
        services.AddSingleton<ImageRun>();
        services.AddHostedService<RevokedSockets>();
        RevocationPoll.AddTo(services, (p, cancellationToken) => p.GetRequiredService<CommandClient>().GetRevocationsAsync(cancellationToken));
        services.AddSingleton<EventFeed>();
        services.AddSingleton<PreviewFeed>();
        services.AddSingleton<InputNames>();
        services.AddSingleton<FileProxy>();
        services.AddSingleton<OwnFiles>();
        services.AddSingleton<MaskUpload>();
        services.AddSingleton<SocketEndpoint>();
        services.AddSingleton<PromptEndpoints>();
        services.AddSingleton<QueueEndpoints>();
        services.AddSingleton<HistoryEndpoints>();
        services.AddSingleton<JobsEndpoints>();
        services.AddSingleton<ViewEndpoints>();
        services.AddSingleton<UploadEndpoints>();
        services.AddSingleton<CatalogEndpoints>();
        services.AddSingleton<SystemEndpoints>();
        return builder.AddBus(ReplicaQueues.AddTo);
    }
}
