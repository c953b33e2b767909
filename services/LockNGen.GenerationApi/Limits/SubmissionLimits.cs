using System.Globalization;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Queue;
using LockNGen.ServiceDefaults.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Limits;

/// <summary>
/// The depth of the queue and what one client may ask for, counted over the generations themselves: so all replicas count the same.
/// </summary>
internal sealed class SubmissionLimits(IOptions<LimitOptions> limitOptions, IOptions<QueueOptions> queueOptions)
{
    /// <summary>Returns the refusal of a submission of so many images, or null; sets the RateLimit headers.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(Session session, string client, int images, HttpResponse response)
    {
        var waiting = await session.ScalarAsync<long>("SELECT COUNT(*) FROM generations WHERE status = 'queued' AND ended_at IS NULL");
        if (waiting >= queueOptions.Value.MaxDepth)
        {
            response.Headers.RetryAfter = "30";
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.QueueFull, $"The queue is full: {waiting} generations wait. Try again later.");
        }

        var limits = limitOptions.Value;
        return await CheckAsync(session, client, response, "COUNT(*)", 1, limits.SubmissionsPerMinute, TimeSpan.FromMinutes(1), "submissions a minute")
            ?? await CheckAsync(session, client, response, "COALESCE(SUM(count), 0)", images, limits.ImagesPerHour, TimeSpan.FromHours(1), "images an hour");
    }

    private static async Task<ProblemHttpResult?> CheckAsync(
        Session session, string client, HttpResponse response, string sum, int wanted, int limit, TimeSpan window, string what)
    {
        if (limit == 0)
            return null;
        var used = (await session.FirstOrDefaultAsync<UsageRow>(
            $"SELECT {sum} AS used, MIN(created_at) AS oldest FROM generations WHERE client = @client AND created_at > @since",
            new { client, since = session.Now - window }))!;
        var reset = (long)Math.Ceiling((used.Oldest is { } oldest ? oldest + window - session.Now : window).TotalSeconds);
        var isAllowed = used.Used + wanted <= limit;
        SetHeaders(response, limit, Math.Max(0, limit - used.Used - (isAllowed ? wanted : 0)), reset);
        if (isAllowed)
            return null;
        response.Headers.RetryAfter = reset.ToString(CultureInfo.InvariantCulture);
        return Problem.Of(StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, $"At most {limit} {what} are allowed. Try again in {reset} s.");
    }

    private static void SetHeaders(HttpResponse response, int limit, long remaining, long reset)
    {
        response.Headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["RateLimit-Remaining"] = remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers["RateLimit-Reset"] = reset.ToString(CultureInfo.InvariantCulture);
    }

    private sealed record UsageRow
    {
        public long Used { get; init; }
        public DateTimeOffset? Oldest { get; init; }
    }
}
