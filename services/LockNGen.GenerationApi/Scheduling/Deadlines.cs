using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Queue;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>
/// How long a generation may take. <c>timeoutSeconds</c> counts only while ComfyUI renders: neither waiting there behind others nor being
/// queued again after a lost server. Without it, silence ends a generation, and one that reports progress continues up to a hard limit.
/// </summary>
internal sealed class Deadlines(GenerationLedger ledger, IOptions<QueueOptions> options)
{
    private const int MaxPerSweep = 200;

    public async Task EndOverdueAsync(DatabaseSession session)
    {
        await EndAllAsync(
            session,
            "started_at IS NULL AND created_at + queue_timeout_seconds * CAST(1000 AS BIGINT) < @Now",
            GenerationErrorCodes.QueueTimeout,
            row => $"It waited longer than its queueTimeoutSeconds ({row.QueueTimeoutSeconds}) without being started.");
        await EndAllAsync(
            session,
            "has_own_timeout = 1 AND rendered_seconds + render_seconds > timeout_seconds",
            GenerationErrorCodes.Timeout,
            row => $"It rendered for longer than its timeoutSeconds ({row.TimeoutSeconds}).");
        await EndAllAsync(
            session,
            "has_own_timeout = 0 AND quiet_seconds > timeout_seconds",
            GenerationErrorCodes.Timeout,
            row => $"It reported no progress for {row.TimeoutSeconds} seconds, the limit of silence (Queue:DefaultTimeoutSeconds) for a generation without timeoutSeconds.");
        await EndAllAsync(
            session,
            "has_own_timeout = 0 AND rendered_seconds + render_seconds > @hard",
            GenerationErrorCodes.Timeout,
            _ => $"It rendered for longer than {options.Value.HardTimeoutSeconds} seconds, the hard limit (Queue:HardTimeoutSeconds) for a generation without timeoutSeconds.");
    }

    private async Task EndAllAsync(DatabaseSession session, string condition, string code, Func<GenerationRow, string> message)
    {
        foreach (var row in await session.QueryAsync<GenerationRow>(
            $"SELECT {GenerationRow.Columns} FROM generations WHERE ended_at IS NULL AND cancel_requested_at IS NULL AND {condition} LIMIT @MaxPerSweep",
            new { session.Now, hard = options.Value.HardTimeoutSeconds, MaxPerSweep }))
        {
            await ledger.RequestEndAsync(session, row, code, new GenerationError { Code = code, Message = message(row), Retryable = true });
        }
    }
}
