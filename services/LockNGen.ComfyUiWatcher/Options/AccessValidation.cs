using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>Checks the settings for reaching a server. Errors name settings and never show their values: they are secrets, or next to one.</summary>
internal static class AccessValidation
{
    /// <summary>A header value with this prefix is read from the file.</summary>
    public const string FilePrefix = "file:";

    // The connection's own headers, without which there would be no HTTP or no WebSocket.
    private static readonly string[] Reserved =
        ["Connection", "Upgrade", "Transfer-Encoding", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions", "Expect"];

    public static IEnumerable<string> MistakesOf(ComfyUiAccessOptions options, string path)
    {
        foreach (var (name, value) in options.Headers)
        {
            if (HeaderMistake(name, value) is { } mistake)
                yield return $"{path}:Headers:{name} {mistake}";
        }

        if (options.CaFile is { Length: > 0 } file && CertificateMistake(file) is { } problem)
            yield return $"{path}:CaFile '{file}' {problem}";
        if (options.CaFile is { Length: > 0 } && options.SkipCertificateCheck)
            yield return $"{path}: CaFile and SkipCertificateCheck exclude each other.";
        if (options.Proxy is { Length: > 0 } proxy and not ServerAddress.EnvironmentProxy
            && (!Uri.TryCreate(proxy, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "socks5" or "socks4" or "socks4a")))
        {
            yield return $"{path}:Proxy '{ServerAddress.WithoutSecrets(proxy)}' is neither an address such as http://proxy:3128 nor '{ServerAddress.EnvironmentProxy}'.";
        }
    }

    private static string? HeaderMistake(string name, string value)
    {
        using var request = new HttpRequestMessage();
        if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            return "cannot be set: it is reserved for the connection.";
        try
        {
            if (!request.Headers.TryAddWithoutValidation(name, ""))
                return "is not a request header.";
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return "is not the name of a header.";
        }

        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
            return "has a line break in its value.";
        if (!value.StartsWith(FilePrefix, StringComparison.Ordinal))
            return null;
        var file = value[FilePrefix.Length..];
        return File.Exists(file) ? null : $"is to be read from '{file}', which is not there.";
    }

    private static string? CertificateMistake(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0 ? null : "has no certificate in it.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"cannot be read: {e.Message}";
        }
    }
}
