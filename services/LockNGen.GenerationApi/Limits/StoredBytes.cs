using System.Collections.Concurrent;
using LockNGen.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Limits;

/// <summary>
/// Limits how much space a client's submissions take up in the database. Adding them up reads a row for each, so the sum is cached for a while, and
/// later submissions are added.
/// </summary>
internal sealed class StoredBytes(IOptions<LimitOptions> limits, TimeProvider clock)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (long Bytes, long At)> _sums = [];

    /// <summary>Returns the refusal of a submission of so many bytes, or null, and counts it then.</summary>
    public async Task<ProblemHttpResult?> TakeAsync(DatabaseSession session, string client, long bytes)
    {
        var quota = limits.Value.StoredBytes;
        if (quota == 0)
            return null;
        var (used, at) = _sums.TryGetValue(client, out var known) && clock.GetElapsedTime(known.At) < Remembered
            ? known
            : (await session.ScalarAsync<long>("SELECT CAST(COALESCE(SUM(stored_bytes), 0) AS BIGINT) FROM generations WHERE client = @client", new { client }), clock.GetTimestamp());
        if (used + bytes > quota)
        {
            return Problem.Of(
                StatusCodes.Status429TooManyRequests,
                ProblemCodes.QuotaExceeded,
                $"Your submissions take up {used:N0} of {quota:N0} bytes. Delete generations from your history, or wait until old ones are erased.");
        }

        if (_sums.Count >= MaxRemembered)
            _sums.Clear();
        _sums[client] = (used + bytes, at);
        return null;
    }
}
