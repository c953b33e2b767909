using System.Security.Cryptography;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// The header Idempotency-Key: the same key with the same body gets the first response again, with a different body it is refused. Kept for a day.
/// </summary>
internal static class IdempotencyKeys
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 200;
    public static readonly TimeSpan Keep = TimeSpan.FromDays(1);

    /// <summary>What the key was used for, if it was.</summary>
    public static Task<IdempotencyRow?> FindAsync(DatabaseSession session, string client, string key) => session.FirstOrDefaultAsync<IdempotencyRow>(
        "SELECT request_hash, response FROM idempotency_keys WHERE client = @client AND idempotency_key = @key", new { client, key });

    /// <summary>Takes the key. Of two concurrent requests the second waits for the first here, and returns the first one's response.</summary>
    public static async Task<bool> ReserveAsync(DatabaseSession session, string client, string key, string requestHash) => await session.ExecuteAsync(
        """
        INSERT INTO idempotency_keys (client, idempotency_key, request_hash, response, created_at)
        VALUES (@client, @key, @requestHash, '', @Now) ON CONFLICT (client, idempotency_key) DO NOTHING
        """,
        new { client, key, requestHash, session.Now }) == 1;

    /// <summary>Stores the response, in the transaction that took the key.</summary>
    public static Task<int> AnswerAsync(DatabaseSession session, string client, string key, string response) => session.ExecuteAsync(
        "UPDATE idempotency_keys SET response = @response WHERE client = @client AND idempotency_key = @key", new { client, key, response });

    public static string Hash(byte[] request) => Convert.ToHexStringLower(SHA256.HashData(request));
}

/// <summary>An earlier use of a key.</summary>
internal sealed record IdempotencyRow
{
    public required string RequestHash { get; init; }
    public required string Response { get; init; }
}
