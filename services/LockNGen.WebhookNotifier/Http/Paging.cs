using System.Globalization;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.WebhookNotifier.Http;

/// <summary>Lists go newest first; the cursor is the number of the last row shown.</summary>
internal static class Paging
{
    private const int MaxLimit = 200;

    /// <summary>What is wrong with the query, or null and the number to continue before.</summary>
    public static ProblemHttpResult? Check(int limit, string? cursor, out long before)
    {
        before = long.MaxValue;
        if (limit is < 1 or > MaxLimit)
            return Problem.Invalid("limit", ErrorCodes.OutOfRange, $"limit must be from 1 to {MaxLimit}.");
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Problem.Invalid("cursor", ErrorCodes.WrongType, "cursor must be the nextCursor of the page before.");
        return null;
    }

    /// <summary>The cursor of the next page; none when this one was not full.</summary>
    public static string? Next<T>(IReadOnlyList<T> items, int limit, Func<T, long> number) =>
        items.Count == limit ? number(items[^1]).ToString(CultureInfo.InvariantCulture) : null;
}
