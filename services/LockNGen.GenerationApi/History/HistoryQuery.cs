using System.Text;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using LockNGen.Web.Paging;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.GenerationApi.History;

/// <summary>The filters of GET /api/generations.</summary>
internal sealed record HistoryQuery
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    private static readonly string[] Active = [GenerationStatus.Queued.WireName(), GenerationStatus.Dispatched.WireName(), GenerationStatus.Running.WireName()];

    /// <summary>The most to return, 1-200. Default 50.</summary>
    [FromQuery]
    public int? Limit { get; init; }

    /// <summary>One or more of queued, dispatched, running, completed, failed, cancelled, separated by commas; <c>active</c> is the first three.</summary>
    [FromQuery]
    public string? Status { get; init; }

    /// <summary>The last page's nextCursor.</summary>
    [FromQuery]
    public string? Cursor { get; init; }

    /// <summary><c>me</c>, or the id of an owner for those who may see it.</summary>
    [FromQuery]
    public string? Owner { get; init; }

    /// <summary>Created at or after.</summary>
    [FromQuery]
    public DateTimeOffset? From { get; init; }

    /// <summary>Created before.</summary>
    [FromQuery]
    public DateTimeOffset? To { get; init; }

    /// <summary>A part of the prompt's text.</summary>
    [FromQuery]
    public string? Q { get; init; }

    public List<ProblemError> Errors()
    {
        var errors = new List<ProblemError>();
        if (Limit is < 1 or > MaxLimit)
            errors.Add(Error("limit", ErrorCodes.OutOfRange, $"limit is {Limit}; it must be between 1 and {MaxLimit}."));
        foreach (var status in Statuses().Where(s => !Enum.TryParse<GenerationStatus>(s, ignoreCase: true, out var known) || known == GenerationStatus.Unknown))
            errors.Add(Error("status", ErrorCodes.NotAChoice, $"'{status}' is not a status: queued, dispatched, running, completed, failed, cancelled, active."));
        if (Cursor is not null && Before() is null)
            errors.Add(Error("cursor", ErrorCodes.WrongType, "cursor is not one that this API returned."));
        foreach (var (field, text) in new[] { ("q", Q), ("owner", Owner) })
        {
            if (text?.Contains('\0', StringComparison.Ordinal) == true)
                errors.Add(Error(field, ErrorCodes.WrongType, $"{field} contains U+0000, which is not allowed in text."));
        }

        return errors;
    }

    /// <summary>Runs the query, limited to what this caller may see.</summary>
    public Task<IReadOnlyList<GenerationRow>> RunAsync(DatabaseSession session, Caller caller, int limit)
    {
        var where = new StringBuilder("WHERE 1 = 1");
        var statuses = Statuses();
        if (statuses.Count > 0)
            where.Append(" AND (CASE WHEN status = 'running' AND begun = 0 THEN 'dispatched' ELSE status END) IN @statuses");
        if (Before() is not null)
            where.Append(" AND number < @before");
        if (From is not null)
            where.Append(" AND created_at >= @From");
        if (To is not null)
            where.Append(" AND created_at < @To");
        if (Q is not null)
            where.Append(" AND LOWER(prompt_text) LIKE @pattern ESCAPE '\\'");
        if (Owner == "me")
            where.Append(" AND owner = @me");
        else if (Owner is not null)
            where.Append(" AND owner = @Owner");
        // The same rule as Caller.Lists, which others apply row by row.
        if (caller is { IsAuthenticated: true, IsAdmin: false })
            where.Append(" AND owner = @me");
        else if (caller is { IsAuthenticated: false, Owner: not null } && Owner is null)
            where.Append(" AND (owner = @me OR owner IS NULL)");

        return session.QueryAsync<GenerationRow>(
            $"SELECT {GenerationRow.Columns} FROM generations {where} ORDER BY number DESC LIMIT @limit",
            new { statuses = SqlList.Of(statuses), before = Before(), From, To, pattern = Pattern(), Owner, me = caller.Owner, limit });
    }

    private List<string> Statuses() =>
    [
        .. (Status ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .SelectMany(s => s == "active" ? Active : [s.ToLowerInvariant()]),
    ];

    private long? Before() => Cursor is not null && PageCursor.TryRead(Cursor, out var number) ? number : null;

    private string? Pattern() => Q is null
        ? null
        : $"%{Q.ToLowerInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    private static ProblemError Error(string field, string code, string message) => new() { Field = field, Code = code, Message = message };
}
