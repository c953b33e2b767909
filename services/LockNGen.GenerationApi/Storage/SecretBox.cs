using System.Security.Cryptography;
using System.Text;

namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// Encrypts values that rows keep for a while but that must not be readable in the database, a backup or a dump of one table: AES-GCM, with a key that
/// all replicas share through the settings, bound to the row that the value belongs to.
/// </summary>
internal sealed class SecretBox(GenerationsDatabase database)
{
    private const string KeySetting = "secret_key";
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private byte[]? _key;

    /// <summary>The key; created on first use.</summary>
    public async Task<byte[]> KeyAsync(CancellationToken cancellationToken) => _key ??= await SharedKey.GetAsync(database, KeySetting, cancellationToken);

    /// <summary>Encrypts a text for a row.</summary>
    public static string Seal(byte[] key, Guid row, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[NonceLength + TagLength + plain.Length];
        var nonce = sealedBytes.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceLength + TagLength), sealedBytes.AsSpan(NonceLength, TagLength), row.ToByteArray());
        return Convert.ToBase64String(sealedBytes);
    }

    /// <summary>Decrypts the text of a row.</summary>
    /// <exception cref="CryptographicException">It was sealed with another key, or for another row.</exception>
    public static string Open(byte[] key, Guid row, string sealedText)
    {
        var bytes = Convert.FromBase64String(sealedText).AsSpan();
        var plain = new byte[bytes.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(bytes[..NonceLength], bytes[(NonceLength + TagLength)..], bytes.Slice(NonceLength, TagLength), plain, row.ToByteArray());
        return Encoding.UTF8.GetString(plain);
    }
}
