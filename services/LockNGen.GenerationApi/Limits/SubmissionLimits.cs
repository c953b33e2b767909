using System.Globalization;
using LockNGen.GenerationApi.Queue;
using LockNGen.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Limits;

/// <summary>
/// The depth of the queue and what one client may ask for, counted in the database: so all replicas count the same.
/// </summary>
internal sealed class SubmissionLimits
{
    private readonly int _maxDepth;
    private readonly RateLimit? _submissions;
    private readonly RateLimit? _images;

    public SubmissionLimits(IOptions<LimitOptions> limits, IOptions<QueueOptions> queue)
    {
        _maxDepth = queue.Value.MaxDepth;
        if (limits.Value.SubmissionsPerMinute is > 0 and var submissions)
            _submissions = new RateLimit(submissions, TimeSpan.FromMinutes(1), "submissions a minute");
        if (limits.Value.ImagesPerHour is > 0 and var images)
            _images = new RateLimit(images, TimeSpan.FromHours(1), "images an hour");
    }

    private TimeSpan? Longest => _images?.Window ?? _submissions?.Window;

    /// <summary>Returns the refusal of a submission of so many images, or null; sets the RateLimit headers.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(DatabaseSession session, QueueTail queue, string client, int images, IHeaderDictionary headers)
    {
        if (queue.Length >= _maxDepth)
        {
            headers.RetryAfter = "30";
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.QueueFull, $"The queue is full: {queue.Length} generations wait. Try again later.");
        }

        if (images > _images?.Limit)
            return Problem.Invalid("count", ErrorCodes.OutOfRange, $"count is {images}; at most {_images.Limit} {_images.What} are allowed.");
        return Longest is { } window ? Refusal(await AnswersAsync(session, client, images, window), headers) : null;
    }

    /// <summary>Counts a dry run as a submission without images, or returns its refusal: its checks are just as thorough.</summary>
    public async Task<ProblemHttpResult?> TakeDryRunAsync(DatabaseSession session, string client, IHeaderDictionary headers)
    {
        if (Longest is not { } window)
            return null;
        var refusal = Refusal(await AnswersAsync(session, client, images: 0, window), headers);
        if (refusal is null)
            await NoteAsync(session, client, images: 0);
        return refusal;
    }

    /// <summary>Counts an accepted submission.</summary>
    public Task NoteAsync(DatabaseSession session, string client, int images) => Longest is null
        ? Task.CompletedTask
        : session.ExecuteAsync("INSERT INTO submissions (client, images, created_at) VALUES (@client, @images, @Now)", new { client, images, session.Now });

    /// <summary>Deletes what no limit counts any more.</summary>
    public Task ForgetAsync(DatabaseSession session) =>
        session.ExecuteAsync("DELETE FROM submissions WHERE created_at < @before", new { before = session.Now - (Longest ?? TimeSpan.Zero) });

    private async Task<IReadOnlyList<RateLimitResponse>> AnswersAsync(DatabaseSession session, string client, int images, TimeSpan window)
    {
        // One submission of a client at a time, or concurrent ones would not see each other.
        await session.LockAsync("limits:" + client);
        var past = await session.QueryAsync<PastSubmission>(
            "SELECT created_at, images FROM submissions WHERE client = @client AND created_at > @since ORDER BY created_at",
            new { client, since = session.Now - window });
        List<RateLimitResponse> answers = [];
        if (_submissions is not null)
            answers.Add(_submissions.Answer(1, past.Select(p => (p.CreatedAt, 1)), session.Now));
        if (_images is not null)
            answers.Add(_images.Answer(images, past.Select(p => (p.CreatedAt, p.Images)), session.Now));
        return answers;
    }

    /// <summary>There is one set of headers: it reports the limit that refuses for longest, or otherwise the one closest to being reached.</summary>
    private static ProblemHttpResult? Refusal(IReadOnlyList<RateLimitResponse> answers, IHeaderDictionary headers)
    {
        var refused = answers.Where(a => !a.IsAllowed).MaxBy(a => a.Reset);
        var nearest = refused ?? answers.MinBy(a => a.Remaining)!;
        headers["RateLimit-Limit"] = nearest.Limit.Limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = nearest.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = nearest.ResetSeconds.ToString(CultureInfo.InvariantCulture);
        if (refused is null)
            return null;
        headers.RetryAfter = refused.ResetSeconds.ToString(CultureInfo.InvariantCulture);
        return Problem.Of(
            StatusCodes.Status429TooManyRequests,
            ProblemCodes.RateLimited,
            $"At most {refused.Limit.Limit} {refused.Limit.What} are allowed. Try again in {refused.ResetSeconds} s.");
    }

    private sealed record PastSubmission
    {
        public DateTimeOffset CreatedAt { get; init; }
        public int Images { get; init; }
    }
}
