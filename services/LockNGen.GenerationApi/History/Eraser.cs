using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.History;

/// <summary>Removes ended generations with everything that belongs to them.</summary>
internal sealed class Eraser(GenerationsDatabase database, FileRemovals removals)
{
    /// <summary>The limit for prompts that were not submitted here, so that they cannot fill the database.</summary>
    private const int MaxOthers = 10_000;

    /// <summary>Erases those of these generations that have ended.</summary>
    public async Task EraseAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                var ended = await session.QueryAsync<Guid>("DELETE FROM generations WHERE id IN @ids AND ended_at IS NOT NULL RETURNING id", new { ids = SqlList.Of(ids) });
                if (ended.Count == 0)
                    return;
                await session.ExecuteAsync("DELETE FROM prompts WHERE generation_id IN @ended", new { ended = SqlList.Of(ended) });
                await session.ExecuteAsync("DELETE FROM generation_inputs WHERE generation_id IN @ended", new { ended = SqlList.Of(ended) });
                await ForgetFilesAsync(session, ended);
            },
            cancellationToken);
        await removals.RunAsync(cancellationToken);
    }

    /// <summary>Erases other people's prompts without a report since then, and the oldest if there are too many.</summary>
    public async Task EraseOthersAsync(DateTimeOffset reportedBefore, int limit, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async session =>
            {
                var old = await session.QueryAsync<Guid>(
                    """
                    DELETE FROM other_generations WHERE id IN (
                        SELECT id FROM other_generations WHERE reported_at < @reportedBefore
                            OR (ended_at IS NOT NULL AND reported_at < (SELECT reported_at FROM other_generations ORDER BY reported_at DESC LIMIT 1 OFFSET @MaxOthers))
                        LIMIT @limit)
                    RETURNING id
                    """,
                    new { reportedBefore, MaxOthers, limit });
                if (old.Count > 0)
                    await ForgetFilesAsync(session, old);
            },
            cancellationToken);
        await removals.RunAsync(cancellationToken);
    }

    /// <summary>Removes the files of generations but keeps their history.</summary>
    public async Task EraseFilesAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await database.WriteAsync(session => ForgetFilesAsync(session, ids), cancellationToken);
        await removals.RunAsync(cancellationToken);
    }

    private static async Task ForgetFilesAsync(DatabaseSession session, IReadOnlyList<Guid> ids)
    {
        await session.ExecuteAsync("DELETE FROM images WHERE generation_id IN @ids", new { ids = SqlList.Of(ids) });
        await FileRemovals.AddAsync(session, ids.Select(id => $"images/{id.ToString()[..2]}/{id}/"));
    }
}
