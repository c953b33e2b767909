using System.IO.Compression;
using System.Security.Cryptography;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Reads what a server can do when it comes up, every few minutes and when it may be outdated, and sends it to the API when it has changed or
/// is requested.
/// </summary>
internal sealed partial class CatalogReader(
    string instance, ComfyUiClient client, TimeSpan interval, TimeProvider clock, CommandClient commands, ILogger logger)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Reading it makes the server list all its models, so not for every mistyped name.</summary>
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(3);

    private string? _sentHash;
    private bool _wanted;
    private volatile bool _doubted;
    private DateTimeOffset? _readAt;

    public InstanceCatalog? Current { get; private set; }

    /// <summary>How long ago it was read; null if never.</summary>
    public TimeSpan? Age => clock.GetUtcNow() - _readAt;

    /// <summary>It may have changed.</summary>
    public void Doubt() => _doubted = true;

    /// <summary>The API does not have it.</summary>
    public void Want() => _wanted = true;

    public async Task RunAsync(Func<bool> isUp, CancellationToken cancellationToken)
    {
        var wasUp = false;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var up = isUp();
                if (up && (!wasUp || Age is not { } age || age >= interval || (_doubted && age >= LeastAge)))
                    await ReadAsync(cancellationToken);
                wasUp = up;
                if (Current is { } catalog && (_wanted || catalog.Hash != _sentHash))
                    await SendAsync(catalog, cancellationToken);
                await Task.Delay(Tick, clock, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The watcher stops.
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _doubted = false;
            var startedAt = clock.GetUtcNow();
            var objectInfo = await client.GetObjectInfoAsync(cancellationToken);
            var replacements = await client.GetNodeReplacementsAsync(cancellationToken);
            var hash = Convert.ToHexStringLower(SHA256.HashData([.. objectInfo, .. replacements ?? []]));
            if (hash != Current?.Hash)
            {
                var version = await client.GetVersionAsync(cancellationToken);
                Current = new InstanceCatalog
                {
                    Instance = instance,
                    Hash = hash,
                    Version = version,
                    ObjectInfo = Compress(objectInfo),
                    NodeReplacements = replacements is null ? null : Compress(replacements),
                };
            }

            _readAt = startedAt;
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            LogUnread(instance, e.Message);
        }
    }

    private async Task SendAsync(InstanceCatalog catalog, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(SendTimeout);
        try
        {
            await commands.SendAsync(BusQueues.GenerationApi, catalog, deadline.Token);
            (_wanted, _sentHash) = (false, catalog.Hash);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnsent(instance, e.Message);
        }
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return compressed.ToArray();
    }

    [LoggerMessage(LogLevel.Warning, "The catalog of {Instance} could not be read: {Reason}")]
    private partial void LogUnread(string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "The catalog of {Instance} could not be sent: {Reason}")]
    private partial void LogUnsent(string instance, string reason);
}
