using System.Data.Common;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Limits;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Submit;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.History;

/// <summary>Erases what has passed its retention time.</summary>
internal sealed partial class Retention(
    GenerationsDatabase database,
    Eraser eraser,
    FileRemovals removals,
    SubmissionLimits limits,
    IOptions<StorageOptions> options,
    TimeProvider clock,
    ILogger<Retention> logger)
    : BackgroundService
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException)
            {
                LogFailed(e);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One round: at most a batch of each kind, so that a large backlog does not hold up the queue.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var held = await database.LockAsync("retention", cancellationToken);
        var kept = options.Value;
        var old = await database.ReadAsync(session => EndedBeforeAsync(session, session.Now - kept.KeepHistory, onlyWithImages: false), cancellationToken);
        if (old.Count > 0)
            await eraser.EraseAsync(old, cancellationToken);

        var now = clock.GetUtcNow();
        // Their files may have a shorter retention time.
        await eraser.EraseOthersAsync(now - (kept.KeepImages < kept.KeepHistory ? kept.KeepImages : kept.KeepHistory), BatchSize, cancellationToken);

        var pictures = await database.ReadAsync(session => EndedBeforeAsync(session, session.Now - kept.KeepImages, onlyWithImages: true), cancellationToken);
        if (pictures.Count > 0)
            await eraser.EraseFilesAsync(pictures, cancellationToken);
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("DELETE FROM idempotency_keys WHERE created_at < @before", new { before = session.Now - IdempotencyKeys.Keep });
                await session.ExecuteAsync("DELETE FROM assets WHERE expires_at < @Now", new { session.Now });
                await session.ExecuteAsync("DELETE FROM tickets WHERE expires_at < @Now", new { session.Now });
                await limits.ForgetAsync(session);
                await UploadStore.RemoveUnusedAsync(session, session.Now - kept.KeepUploads, BatchSize);
            },
            cancellationToken);
        // Those of the uploads, and those that could not be removed before.
        await removals.RunAsync(cancellationToken);
        if (old.Count + pictures.Count > 0)
            LogErased(old.Count, pictures.Count);
    }

    private static Task<IReadOnlyList<Guid>> EndedBeforeAsync(DatabaseSession session, DateTimeOffset before, bool onlyWithImages) => session.QueryAsync<Guid>(
        $"""
        SELECT id FROM generations g WHERE ended_at < @before
            {(onlyWithImages ? "AND EXISTS (SELECT 1 FROM images i WHERE i.generation_id = g.id)" : "")}
        ORDER BY ended_at LIMIT @BatchSize
        """,
        new { before, BatchSize });

    [LoggerMessage(LogLevel.Information, "Erased {Generations} old generations, and the images of {WithImages}")]
    private partial void LogErased(int generations, int withImages);

    [LoggerMessage(LogLevel.Warning, "Could not erase expired data; retrying in a minute")]
    private partial void LogFailed(Exception exception);
}
