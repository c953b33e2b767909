using System.Data.Common;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Storage;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Access;

/// <summary>
/// Revoked tokens: kept in the database, read by every API replica every few seconds; gateways are notified at once and ask at start.
/// </summary>
internal sealed partial class Revocations(GenerationsDatabase database, RevocationList list, TimeProvider clock, ILogger<Revocations> logger)
    : BackgroundService
{
    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(5);

    /// <summary>By then every token of that time has expired; issuers' tokens are shorter-lived.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    private long _lastRead;

    /// <summary>Stores a revocation.</summary>
    public async Task<TokenRevoked> AddAsync(string? tokenId, string? subject, CancellationToken cancellationToken)
    {
        var revocation = await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    "INSERT INTO revocations (token_id, subject, revoked_at) VALUES (@tokenId, @subject, @Now)", new { tokenId, subject, session.Now });
                return new TokenRevoked { TokenId = tokenId, Subject = subject, At = session.Now };
            },
            cancellationToken);
        list.Add(revocation);
        return revocation;
    }

    /// <summary>All revocations that still matter.</summary>
    public async Task<RevocationsAnswer> AllAsync(CancellationToken cancellationToken) =>
        new() { Revocations = [.. (await ReadAsync(after: 0, cancellationToken)).Select(r => r.ToContract())] };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var row in await ReadAsync(_lastRead, stoppingToken))
                {
                    list.Add(row.ToContract());
                    _lastRead = row.Number;
                }

                list.IsKnown = true;
            }
            catch (DbException e)
            {
                LogUnread(e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(ReadInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<IReadOnlyList<RevocationRow>> ReadAsync(long after, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryAsync<RevocationRow>(
            "SELECT * FROM revocations WHERE number > @after AND revoked_at > @since ORDER BY number", new { after, since = session.Now - Keep }),
        cancellationToken);

    [LoggerMessage(LogLevel.Warning, "Revocations cannot be read: {Reason}")]
    private partial void LogUnread(string reason);

    private sealed record RevocationRow
    {
        public long Number { get; init; }
        public string? TokenId { get; init; }
        public string? Subject { get; init; }
        public DateTimeOffset RevokedAt { get; init; }

        public TokenRevoked ToContract() => new() { TokenId = TokenId, Subject = Subject, At = RevokedAt };
    }
}
