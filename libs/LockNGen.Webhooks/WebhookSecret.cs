using System.Buffers.Text;
using System.Security.Cryptography;

namespace LockNGen.Webhooks;

/// <summary>Secrets in the format of Standard Webhooks: <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
public static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;
    private const int NewBytes = 32;

    /// <summary>What a secret must look like, for error messages.</summary>
    public const string Rule = "A secret is 'whsec_' followed by the base64 of 24 to 64 random bytes.";

    /// <summary>A new random secret.</summary>
    public static string Create() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NewBytes));

    /// <summary>Whether a secret that someone chose is well-formed.</summary>
    public static bool IsValid(string secret) =>
        secret.StartsWith(Prefix, StringComparison.Ordinal)
        && Base64.IsValid(secret.AsSpan(Prefix.Length), out var length)
        && length is >= MinBytes and <= MaxBytes;

    /// <summary>The key of a valid secret.</summary>
    public static byte[] Key(string secret) => Convert.FromBase64String(secret[Prefix.Length..]);
}
