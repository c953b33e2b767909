using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LockNGen.Webhooks;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Signatures as the Standard Webhooks specification has them: https://www.standardwebhooks.com/.</summary>
internal static class WebhookSignature
{
    /// <summary>The <c>webhook-signature</c> header: one <c>v1,...</c> for each secret, separated by spaces; receivers accept any of them.</summary>
    public static string Header(IEnumerable<string> secrets, string id, long timestamp, byte[] body) =>
        string.Join(' ', secrets.Select(secret => Sign(secret, id, timestamp, body)));

    private static string Sign(string secret, string id, long timestamp, byte[] body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, WebhookSecret.Key(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }
}
