using LockNGen.GenerationApi.Generations;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Queue;

/// <summary>
/// Learns how long generations take: seconds per unit of work (megapixel x step of one prompt) for each shape of workflow, newer ones
/// weighing more; shapes never seen are expected to be as fast as the average.
/// </summary>
internal sealed class Durations(IOptions<QueueOptions> options)
{
    private const string AnyShape = "*";

    /// <summary>Weight of the newest of many samples.</summary>
    private const double MinWeight = 0.2;

    /// <summary>Seconds per unit that are expected of this shape; null while nothing has been learned.</summary>
    public static Task<double?> SpeedOfAsync(DatabaseSession session, string shape) => session.ScalarAsync<double?>(
        "SELECT seconds_per_unit FROM durations WHERE shape IN (@shape, @AnyShape) ORDER BY CASE WHEN shape = @AnyShape THEN 1 ELSE 0 END LIMIT 1",
        new { shape, AnyShape });

    /// <summary>Expected seconds of <paramref name="prompts"/> prompts of this speed and size.</summary>
    public double Estimate(double? secondsPerUnit, double units, int prompts) =>
        prompts * (secondsPerUnit is { } speed ? speed * units : options.Value.InitialEstimateSeconds);

    /// <summary>Takes a completed generation into account.</summary>
    public static async Task LearnAsync(DatabaseSession session, GenerationRow row)
    {
        // The duration excludes what an earlier attempt rendered.
        if (row.Tries > 1)
            return;
        var rendered = row.RenderSeconds > 0 ? row.RenderSeconds : (session.Now - row.AttemptStartedAt!.Value).TotalSeconds;
        var seconds = rendered / row.Count / Math.Max(row.Units, 0.001);
        foreach (var shape in (string[])[row.Shape, AnyShape])
        {
            await session.ExecuteAsync(
                """
                INSERT INTO durations (shape, seconds_per_unit, samples) VALUES (@shape, @seconds, 1)
                ON CONFLICT (shape) DO UPDATE SET samples = durations.samples + 1, seconds_per_unit = durations.seconds_per_unit
                    + (excluded.seconds_per_unit - durations.seconds_per_unit)
                    * CASE WHEN 1.0 / (durations.samples + 1) > @MinWeight THEN 1.0 / (durations.samples + 1) ELSE @MinWeight END
                """,
                new { shape, seconds, MinWeight });
        }
    }
}
