using System.Text.Json;

namespace LockNGen.GenerationApi.Queue;

/// <summary>A waiting generation with its rank.</summary>
internal sealed record WaitingRow
{
    /// <summary>The columns to read of a generation (<c>g</c>): those of this record, and no others.</summary>
    public static readonly string Columns = string.Join(
        ", ",
        typeof(WaitingRow).GetProperties().Select(p => p.Name).Except([nameof(Position), nameof(SecondsAhead), nameof(Plan)])
            .Select(name => "g." + JsonNamingPolicy.SnakeCaseLower.ConvertName(name)));

    public Guid Id { get; init; }
    public string? Owner { get; init; }
    public string? Model { get; init; }
    public bool NeedsCatalog { get; init; }
    public string? Labels { get; init; }
    public string? Instance { get; init; }
    public string? LostOn { get; init; }
    public DateTimeOffset? LostAt { get; init; }
    public int Attempt { get; init; }
    public long EventNumber { get; init; }
    public int Position { get; init; }
    public double SecondsAhead { get; init; }
    public string? TraceParent { get; init; }

    /// <summary>What rendering requires, if the query reads it.</summary>
    public string? Plan { get; init; }
}
