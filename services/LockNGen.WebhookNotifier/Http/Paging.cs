using LockNGen.Web.Paging;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.WebhookNotifier.Http;

/// <summary>The limit and the cursor of a list.</summary>
internal static class Paging
{
    private const int MaxLimit = 200;

    /// <summary>What is wrong with the query, or null and the number to continue before.</summary>
    public static ProblemHttpResult? Check(int limit, string? cursor, out long before)
    {
        before = long.MaxValue;
        if (limit is < 1 or > MaxLimit)
            return Problem.Invalid("limit", ErrorCodes.OutOfRange, $"limit must be from 1 to {MaxLimit}.");
        if (cursor is not null && !PageCursor.TryRead(cursor, out before))
            return Problem.Invalid("cursor", ErrorCodes.WrongType, "cursor must be the nextCursor of the page before.");
        return null;
    }

    /// <summary>The cursor of the next page; none when this one was not full.</summary>
    public static string? Next<T>(IReadOnlyList<T> items, int limit, Func<T, long> number) =>
        items.Count == limit ? PageCursor.After(number(items[^1])) : null;
}
