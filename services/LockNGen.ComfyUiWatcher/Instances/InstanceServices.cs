using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Sockets;
using LockNGen.Messaging;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>The services that every instance uses.</summary>
internal sealed class InstanceServices(
    IOptions<ComfyUiOptions> options,
    CommandClient commands,
    Installation installation,
    EventPublisher publisher,
    StoreOtherResults storeOther,
    TimeProvider clock,
    WatcherMetrics metrics,
    ILogger<ComfyUiInstance> logger) : IDisposable
{
    public ComfyUiOptions Options { get; } = options.Value;

    public ListenerSettings Listening { get; } = new(
        options.Value.MaxFrameBytes, options.Value.RequestTimeout, options.Value.CustomEvents.ToHashSet(StringComparer.Ordinal));

    public CommandClient Commands { get; } = commands;

    public Installation Installation { get; } = installation;

    public EventPublisher Publisher { get; } = publisher;

    public StoreOtherResults StoreOther { get; } = storeOther;

    /// <summary>Reads the WebSockets of all instances; null where there is none for this operating system.</summary>
    public SocketLoop? Loop { get; } = SocketLoop.IsSupported ? new SocketLoop(publisher.Together) : null;

    public TimeProvider Clock { get; } = clock;

    public WatcherMetrics Metrics { get; } = metrics;

    public ILogger Logger { get; } = logger;

    public ComfyUiClient CreateClient(ServerAccess access) =>
        new(access, new ResponseLimits(Options.MaxAnswerBytes, Options.MaxKeptBytes, Options.MaxCatalogBytes), Options.RequestTimeout);

    public void Dispose() => Loop?.Dispose();
}
