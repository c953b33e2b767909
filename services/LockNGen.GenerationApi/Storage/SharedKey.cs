using System.Security.Cryptography;

namespace LockNGen.GenerationApi.Storage;

/// <summary>Keys that all replicas must agree on: random, kept among the settings.</summary>
internal static class SharedKey
{
    /// <summary>The key of this name; created on first use.</summary>
    public static async Task<byte[]> GetAsync(GenerationsDatabase database, string setting, CancellationToken cancellationToken) =>
        Convert.FromHexString((await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    "INSERT INTO settings (name, value) VALUES (@setting, @value) ON CONFLICT (name) DO NOTHING",
                    new { setting, value = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)) });
                return await session.ScalarAsync<string>("SELECT value FROM settings WHERE name = @setting", new { setting });
            },
            cancellationToken))!);
}
