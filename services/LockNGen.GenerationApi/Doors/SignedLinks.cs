using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LockNGen.GenerationApi.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace LockNGen.GenerationApi.Doors;

/// <summary>Addresses of files that work without a token, for an hour: for pages and programs that can only load an address.</summary>
internal sealed class SignedLinks(GenerationsDatabase database, TimeProvider clock)
{
    private const string KeySetting = "link_key";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private byte[]? _key;

    /// <summary>The address of a file, which is named as in <see cref="ContentEndpoints"/>.</summary>
    public async Task<SignedLink> SignAsync(string file, CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow().Add(Lifetime).ToUnixTimeSeconds();
        var signature = await SignatureAsync(file, end, cancellationToken);
        return new SignedLink(string.Create(CultureInfo.InvariantCulture, $"{file}?expires={end}&signature={signature}"), DateTimeOffset.FromUnixTimeSeconds(end));
    }

    /// <summary>Whether the address of a file is one of ours, and still valid.</summary>
    public async Task<bool> IsGoodAsync(string file, long expires, string signature, CancellationToken cancellationToken)
    {
        if (expires < clock.GetUtcNow().ToUnixTimeSeconds())
            return false;
        var expected = await SignatureAsync(file, expires, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(expected));
    }

    private async Task<string> SignatureAsync(string file, long expires, CancellationToken cancellationToken)
    {
        _key ??= await SharedKey.GetAsync(database, KeySetting, cancellationToken);
        return WebEncoders.Base64UrlEncode(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file}:{expires}"))));
    }
}

/// <summary>An address that works without a token.</summary>
/// <param name="Path">Below /api/doors/content/.</param>
/// <param name="ExpiresAt">When it expires.</param>
public sealed record SignedLink(string Path, DateTimeOffset ExpiresAt);
