using LockNGen.ComfyUiSimulator.Admin;
using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Http;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Sockets;
using LockNGen.Hosting.Options;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator;

/// <summary>Hosts a simulated ComfyUI server. It takes the whole origin, so it needs an application of its own.</summary>
public static class ComfyUiSimulatorExtensions
{
    private const string DefaultUrl = "http://127.0.0.1:8189";

    public static IHostApplicationBuilder AddComfyUiSimulator(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration[WebHostDefaults.HttpPortsKey] is null)
            builder.Configuration[WebHostDefaults.ServerUrlsKey] ??= DefaultUrl;
        var services = builder.Services;
        services.AddValidatedOptions<SimulatorOptions>(SimulatorOptions.Section)
            .Validate(o => o.Catalog is null || File.Exists(o.Catalog), "Simulator:Catalog must name a file that exists: the /object_info of a ComfyUI server.")
            .Validate(o => o.NodeMilliseconds.Values.All(ms => ms is >= 0 and <= 600_000), "Simulator:NodeMilliseconds: each value must be 0 to 600000.");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(CreateFiles);
        services.AddSingleton<SavedFileNames>();
        services.AddSingleton<ModelFolders>();
        services.AddSingleton<NodeLibrary>();
        services.AddSingleton<Faults>();
        services.AddSingleton<RenderLog>();
        services.AddSingleton<ServerEnvironment>();
        services.AddSingleton<Simulator>();
        services.AddHostedService(provider => provider.GetRequiredService<Simulator>());
        services.AddSingleton<IStartupFilter, SimulatorPipeline>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, SimulatorJson.Default));
        services.AddOptions<KestrelServerOptions>().Configure<Faults, IOptions<SimulatorOptions>>(ConfigureKestrel);
        services.AddOptions<FormOptions>().Configure<IOptions<SimulatorOptions>>((form, options) => form.MultipartBodyLengthLimit = MaxUpload(options));
        return builder;
    }

    /// <summary>Every route exists twice, with and without <c>/api</c>.</summary>
    public static IEndpointRouteBuilder MapComfyUiSimulator(this IEndpointRouteBuilder endpoints)
    {
        var version = endpoints.ServiceProvider.GetRequiredService<IOptions<SimulatorOptions>>().Value.Version;
        foreach (var prefix in new[] { "", "/api" })
        {
            var routes = endpoints.MapGroup(prefix);
            WebSocketEndpoint.Map(routes);
            PromptEndpoints.Map(routes);
            QueueEndpoints.Map(routes);
            HistoryEndpoints.Map(routes);
            ViewEndpoints.Map(routes);
            UploadEndpoints.Map(routes);
            ObjectInfoEndpoints.Map(routes, version);
            SystemEndpoints.Map(routes);
            if (prefix.Length > 0 && version == ComfyUiVersion.B)
                JobsEndpoints.Map(routes);
        }

        AdminEndpoints.Map(endpoints);
        return endpoints;
    }

    private static IFileStore CreateFiles(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<SimulatorOptions>>().Value;
        return options.Directory is { } directory ? new DirectoryFileStore(directory) : new MemoryFileStore(options.MaxFilesMegabytes * 1024L * 1024);
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel, Faults faults, IOptions<SimulatorOptions> options)
    {
        // Result names in any script are sent in a header unescaped, as by the real server.
        kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxUpload(options);
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => FreezableTransport.Wrap(next, faults.Freeze)));
    }

    private static long MaxUpload(IOptions<SimulatorOptions> options) => options.Value.MaxUploadMegabytes * 1024L * 1024;
}
