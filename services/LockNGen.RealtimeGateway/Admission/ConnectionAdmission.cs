using System.Globalization;
using System.Threading.RateLimiting;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Admission;

/// <summary>
/// Which clients are let in, decided before anything is upgraded or streamed: first attempts, then identity, then room. The limiters are those of
/// ASP.NET Core's rate limiting; its middleware runs too early to know a ticket's user, and frees a slot too late for an upgraded connection.
/// </summary>
internal sealed partial class ConnectionAdmission(
    IOptions<ConnectionOptions> options, TicketService tickets, DrainState drain, GatewayMetrics metrics, ILogger<ConnectionAdmission> logger) : IDisposable
{
    private const int RetryAfterFullSeconds = 5;

    private readonly PartitionedRateLimiter<string> _attempts = PartitionedRateLimiter.Create<string, string>(client =>
        RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.AttemptsPerMinute,
            TokensPerPeriod = Math.Max(1, options.Value.AttemptsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(options.Value.AttemptsPerMinute >= 60 ? 1 : 60.0 / options.Value.AttemptsPerMinute),
            AutoReplenishment = true,
        }));

    private readonly PartitionedRateLimiter<string> _frames = PartitionedRateLimiter.Create<string, string>(client =>
        RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.FramesPerSecondPerClient * ConnectionOptions.FrameBurstSeconds,
            TokensPerPeriod = options.Value.FramesPerSecondPerClient,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = true,
        }));

    private readonly PartitionedRateLimiter<string> _perClient = PartitionedRateLimiter.Create<string, string>(client =>
        RateLimitPartition.GetConcurrencyLimiter(client, _ => new ConcurrencyLimiterOptions { PermitLimit = options.Value.MaxPerClient }));

    private readonly ConcurrencyLimiter _total = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.Max });

    /// <summary>Admits a short request; null if it was refused and has been answered.</summary>
    public async Task<Caller?> IdentifyAsync(HttpContext context)
    {
        if (drain.IsDraining)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "draining", "This replica is going away; connect again.", 1);
            return null;
        }

        if (!await CountAttemptAsync(context, Client(context, CallerOf(context))))
            return null;
        if (CallerOf(context) is not null || context.Request.Query["ticket"].ToString() is not { Length: > 0 } ticket)
            return await RecogniseAsync(context);
        // Only now is the user of the ticket known: it counts as another attempt of that user, from any address.
        return await tickets.RedeemAsync(context, ticket) is { } caller && await CountAttemptAsync(context, Client(context, caller)) ? caller : null;
    }

    /// <summary>Only identifies the caller: for requests that a page may send many times a second.</summary>
    public async Task<Caller?> RecogniseAsync(HttpContext context)
    {
        if (CallerOf(context) is { } caller)
            return caller;
        await context.ChallengeAsync();
        metrics.Rejected("unauthenticated");
        LogRefused(Client(context, caller: null), context.Request.Path, StatusCodes.Status401Unauthorized, "unauthenticated");
        return null;
    }

    /// <summary>Admits a connection; null if it was refused and has been answered. Disposing the result frees its place.</summary>
    public async Task<Admitted?> AdmitAsync(HttpContext context)
    {
        if (await IdentifyAsync(context) is not { } caller)
            return null;
        var total = _total.AttemptAcquire();
        if (!total.IsAcquired)
        {
            total.Dispose();
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "full", "This replica is full; connect again later.", RetryAfterFullSeconds);
            return null;
        }

        var client = Client(context, caller);
        var own = _perClient.AttemptAcquire(client);
        if (own.IsAcquired)
            return new Admitted(caller, total, own, () => MaySend(client));
        own.Dispose();
        total.Dispose();
        await RefuseAsync(
            context, StatusCodes.Status429TooManyRequests, "connections",
            $"At most {options.Value.MaxPerClient} open connections per client.", RetryAfterFullSeconds);
        return null;
    }

    public void Dispose()
    {
        _attempts.Dispose();
        _frames.Dispose();
        _perClient.Dispose();
        _total.Dispose();
    }

    private static Caller? CallerOf(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true } ? Caller.Of(context) : null;

    /// <summary>Whose limits apply: those of the user if authenticated, otherwise of the address (for IPv6, of the network that one customer gets).</summary>
    private static string Client(HttpContext context, Caller? caller)
    {
        if (caller is { IsAuthenticated: true, Owner: { } owner })
            return "user " + owner;
        return "net " + ClientNetwork.Of(context.Connection.RemoteIpAddress);
    }

    /// <summary>False if it exceeded the limit, which has been answered.</summary>
    private async Task<bool> CountAttemptAsync(HttpContext context, string client)
    {
        using var attempt = _attempts.AttemptAcquire(client);
        if (attempt.IsAcquired)
            return true;
        var wait = attempt.TryGetMetadata(MetadataName.RetryAfter, out var after) ? (int)Math.Ceiling(after.TotalSeconds) : 1;
        await RefuseAsync(
            context, StatusCodes.Status429TooManyRequests, "attempts",
            $"At most {options.Value.AttemptsPerMinute} connections and polls a minute.", Math.Max(1, wait));
        return false;
    }

    private bool MaySend(string client)
    {
        using var lease = _frames.AttemptAcquire(client);
        return lease.IsAcquired;
    }

    private async Task RefuseAsync(HttpContext context, int status, string reason, string detail, int retryAfterSeconds)
    {
        metrics.Rejected(reason);
        LogRefused(Client(context, CallerOf(context)), context.Request.Path, status, reason);
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        await Problem.Of(status, detail).ExecuteAsync(context);
    }

    [LoggerMessage(LogLevel.Debug, "Refused {Client} at {Path} with {Status}: {Reason}")]
    private partial void LogRefused(string client, string path, int status, string reason);
}

/// <summary>An admitted client, its place, and the limiter for the messages of all its connections.</summary>
internal sealed record Admitted(Caller Caller, RateLimitLease Total, RateLimitLease Own, Func<bool> MaySend) : IDisposable
{
    public void Dispose()
    {
        Own.Dispose();
        Total.Dispose();
    }
}
