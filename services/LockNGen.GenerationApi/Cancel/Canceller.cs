using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Cancel;

/// <summary>Accepts requests to stop generations; a generation is ended by its terminal event, not by the request.</summary>
internal sealed class Canceller(GenerationsDatabase database, GenerationLedger ledger)
{
    /// <summary>Requests the end of a generation; null when the caller may not see it.</summary>
    public Task<CancelResponse?> CancelAsync(Guid id, Caller caller, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        async session => await GenerationLedger.FindAsync(session, id) is { } row && caller.MaySee(row.Owner)
            ? await CancelAsync(session, row, reason)
            : null,
        cancellationToken);

    /// <summary>Requests the end of all active generations of the caller.</summary>
    public async Task<IReadOnlyList<CancelResponse>> CancelAllAsync(Caller caller, CancellationToken cancellationToken)
    {
        var ids = await database.ReadAsync(
            session => session.QueryAsync<Guid>("SELECT id FROM generations WHERE ended_at IS NULL AND owner = @Owner", new { caller.Owner }), cancellationToken);
        var answers = new List<CancelResponse>(ids.Count);
        foreach (var id in ids)
        {
            if (await CancelAsync(id, caller, "user", cancellationToken) is { } answer)
                answers.Add(answer);
        }

        return answers;
    }

    private async Task<CancelResponse> CancelAsync(DatabaseSession session, GenerationRow row, string reason)
    {
        if (row.HasEnded)
            return ResponseOf(CancelResponse.AlreadyEnded, row.Status);
        if (row.Status == GenerationStatus.Running && await IsRenderedAsync(session, row))
            return ResponseOf(CancelResponse.TooLate, row.Status);
        await ledger.RequestEndAsync(session, row, reason, error: null);
        return ResponseOf(CancelResponse.Accepted, row.Status == GenerationStatus.Running ? GenerationStatus.Running : GenerationStatus.Cancelled);

        CancelResponse ResponseOf(string receipt, GenerationStatus status) => new(row.Id, receipt, status.WireName());
    }

    /// <summary>Whether all its images are stored, so that there is nothing left to stop.</summary>
    private static async Task<bool> IsRenderedAsync(DatabaseSession session, GenerationRow row) => await session.ScalarAsync<long>(
        """
        SELECT COUNT(*) FROM (
            SELECT image_index FROM images WHERE generation_id = @Id GROUP BY image_index HAVING COUNT(*) >= MAX(files)) AS finished
        """,
        new { row.Id }) >= row.Count;
}
