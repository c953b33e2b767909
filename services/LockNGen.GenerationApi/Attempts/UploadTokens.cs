using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LockNGen.GenerationApi.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>
/// A watcher's proof that an attempt was granted to it: an HMAC over generation and attempt, with a key that all replicas read from
/// the database.
/// </summary>
internal sealed class UploadTokens(GenerationsDatabase database)
{
    private const string KeySetting = "upload_key";

    private byte[]? _key;

    /// <summary>The key; created when first needed.</summary>
    public async Task<byte[]> KeyAsync(CancellationToken cancellationToken) => _key ??= await SharedKey.GetAsync(database, KeySetting, cancellationToken);

    /// <summary>The token of an attempt.</summary>
    public static string Create(byte[] key, Guid generationId, int attempt) => WebEncoders.Base64UrlEncode(
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{generationId}:{attempt}"))));

    /// <summary>Whether the request carries the token of this attempt.</summary>
    public async Task<bool> IsValidAsync(HttpRequest request, Guid generationId, int attempt)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return false;
        var expected = Create(await KeyAsync(request.HttpContext.RequestAborted), generationId, attempt);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header["Bearer ".Length..].Trim()), Encoding.UTF8.GetBytes(expected));
    }
}
