using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Generations;
using LockNGen.Web.Authentication;
using LockNGen.Storage;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.GenerationApi.Doors;

/// <summary>Which of the caller's own prompts: a door shows no one else's, whatever the caller may see elsewhere.</summary>
internal sealed record PromptQuery
{
    private const int MaxLimit = 1_000;
    private const int DefaultLimit = 100;
    private const int MaxMetadata = 3;

    /// <summary><c>active</c> (in the order of submission), <c>ended</c> (the last to end first), or both (the newest first).</summary>
    [FromQuery]
    public string? State { get; init; }

    /// <summary>One or more of completed, failed, cancelled and so on, separated by commas.</summary>
    [FromQuery]
    public string? Status { get; init; }

    /// <summary>Only those of this client.</summary>
    [FromQuery]
    public string? ClientId { get; init; }

    /// <summary>Only this one.</summary>
    [FromQuery]
    public Guid? Id { get; init; }

    /// <summary>Only these, separated by commas.</summary>
    [FromQuery]
    public string? Ids { get; init; }

    /// <summary>Only those that ended within this many seconds.</summary>
    [FromQuery]
    public int? EndedWithin { get; init; }

    /// <summary>Only those submitted before the one of this number.</summary>
    [FromQuery]
    public long? Before { get; init; }

    /// <summary>Only those whose metadata, a flat object of strings, contains all members of this one. At most three members.</summary>
    [FromQuery]
    public string? Metadata { get; init; }

    /// <summary>With workflows and extra data.</summary>
    [FromQuery]
    public bool? Full { get; init; }

    /// <summary>With addresses of files that work without a token.</summary>
    [FromQuery]
    public bool? Links { get; init; }

    [FromQuery]
    public int? Limit { get; init; }

    [FromQuery]
    public int? Offset { get; init; }

    public List<ProblemError> Errors()
    {
        var errors = new List<ProblemError>();
        if (State is not (null or "active" or "ended"))
            errors.Add(new ProblemError { Field = "state", Code = ErrorCodes.NotAChoice, Message = "state is active or ended." });
        if (Limit is < 0 or > MaxLimit)
            errors.Add(new ProblemError { Field = "limit", Code = ErrorCodes.OutOfRange, Message = $"limit is {Limit}; it must be between 0 and {MaxLimit}." });
        if (Offset is < 0)
            errors.Add(new ProblemError { Field = "offset", Code = ErrorCodes.OutOfRange, Message = $"offset is {Offset}; it must be 0 or more." });
        if (Metadata is not null && MetadataPairs() is not { Count: >= 1 and <= MaxMetadata })
            errors.Add(new ProblemError { Field = "metadata", Code = ErrorCodes.WrongType, Message = $"metadata is an object of 1 to {MaxMetadata} texts." });
        return errors;
    }

    /// <summary>The rows of this page, and how many there are in all.</summary>
    public async Task<(IReadOnlyList<GenerationRow> Rows, int Total)> RunAsync(DatabaseSession session, Caller caller)
    {
        var where = new StringBuilder("FROM generations WHERE COALESCE(owner, '') = @owner AND id IN (SELECT generation_id FROM prompts WHERE hidden = 0");
        if (ClientId is not null)
            where.Append(" AND client_id = @ClientId");
        where.Append(')');
        if (Id is not null)
            where.Append(" AND id = @Id");
        if (Ids is not null)
            where.Append(" AND id IN @ids");
        if (State is not null)
            where.Append(State == "active" ? " AND ended_at IS NULL" : " AND ended_at IS NOT NULL");
        if (EndedWithin is not null)
            where.Append(" AND ended_at >= @since");
        if (Before is not null)
            where.Append(" AND number < @Before");
        if (Status is not null)
            where.Append(" AND status IN @statuses");
        var pairs = MetadataPairs() ?? [];
        // Doors write metadata without blanks, and escape quotation marks in strings: so a pair is found by its text, in every database and case-sensitively.
        for (var i = 0; i < pairs.Count; i++)
            where.Append(CultureInfo.InvariantCulture, $" AND id IN (SELECT generation_id FROM generation_inputs WHERE REPLACE(metadata, @pair{i}, '') <> metadata)");
        var order = State switch
        {
            "active" => "number",
            "ended" => "ended_at DESC, number DESC",
            _ => "number DESC",
        };
        var parameters = new
        {
            owner = caller.Owner ?? "",
            ClientId,
            Id,
            ids = SqlList.Of(Split(Ids)),
            Before,
            since = session.Now.AddSeconds(-(EndedWithin ?? 0)),
            statuses = SqlList.Of(Split(Status)),
            pair0 = pairs.ElementAtOrDefault(0),
            pair1 = pairs.ElementAtOrDefault(1),
            pair2 = pairs.ElementAtOrDefault(2),
            limit = Limit ?? DefaultLimit,
            offset = Offset ?? 0,
        };
        var rows = await session.QueryAsync<GenerationRow>($"SELECT {GenerationRow.Columns} {where} ORDER BY {order} LIMIT @limit OFFSET @offset", parameters);
        // A complete list need not be counted.
        var total = rows.Count < parameters.limit && parameters.offset == 0
            ? rows.Count
            : await session.ScalarAsync<int>($"SELECT CAST(COUNT(*) AS INTEGER) {where}", parameters);
        return (rows, total);
    }

    /// <summary>The members as written in the JSON; null if there are none, or it is not an object of strings.</summary>
    private List<string>? MetadataPairs()
    {
        try
        {
            return Metadata is null || JsonNode.Parse(Metadata) is not JsonObject map || map.Any(p => p.Value?.GetValueKind() != JsonValueKind.String)
                ? null
                : [.. map.Select(p => new JsonObject { [p.Key] = p.Value!.ToString() }.ToJsonString()[1..^1])];
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string[] Split(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
