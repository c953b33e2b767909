using System.Globalization;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Queue;

namespace LockNGen.GenerationApi.History;

/// <summary>Builds responses from rows.</summary>
internal sealed class GenerationResponses(Links links)
{
    private static readonly string[] Priorities = ["low", "normal", "high"];

    public GenerationResponse Of(GenerationRow row, QueuePlace? place, IEnumerable<ImageRow> images) => new()
    {
        Id = row.Id,
        Status = row.VisibleStatus.WireName(),
        Position = place?.Position,
        EstimatedWaitSeconds = place?.EstimatedWaitSeconds,
        OverallProgress = row.OverallProgress,
        Images = [.. images.Select(i => i.ToContract(links))],
        Error = row.Error is { } error ? JsonSerializer.Deserialize(error, StoredJson.Default.GenerationError) : null,
        Warnings = WarningsOf(row),
        Reason = row.Status == GenerationStatus.Cancelled ? JsonElement.Parse(row.Outcome!).GetProperty("data").GetProperty("reason").GetString() : null,
        Template = row.Template,
        TemplateVersion = row.TemplateVersion,
        Seed = row.Seed,
        SeedText = row.Seed?.ToString(CultureInfo.InvariantCulture),
        Model = row.Model,
        Count = row.Count,
        Priority = Priorities[Math.Clamp(row.Priority, 0, 2)],
        WaitsBehind = row.WaitsBehind,
        Instance = row.Status == GenerationStatus.Queued ? null : row.Instance,
        Attempts = row.Tries,
        Retries = row.Retries,
        CreatedAt = row.CreatedAt,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        CancelRequestedAt = row.CancelRequestedAt,
        DurationSeconds = row.DurationSeconds,
        Owner = row.Owner,
    };

    /// <summary>Those of the terminal event; events of older versions have none.</summary>
    public static IReadOnlyList<GenerationWarning> WarningsOf(GenerationRow row)
    {
        if (row.Outcome is not { } outcome || !outcome.Contains("\"warnings\":[{", StringComparison.Ordinal))
            return [];
        return JsonElement.Parse(outcome).GetProperty("data").TryGetProperty("warnings", out var warnings)
            ? warnings.Deserialize(StoredJson.Default.IReadOnlyListGenerationWarning) ?? []
            : [];
    }
}
