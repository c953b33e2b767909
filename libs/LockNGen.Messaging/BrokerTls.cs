using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>TLS to the broker. Files are read for each connection, so that a renewed certificate needs no restart.</summary>
internal sealed class BrokerTls(BusOptions options)
{
    /// <summary>What is wrong with the files, one sentence each.</summary>
    public static IEnumerable<string> ProblemsOf(BusOptions options, IReadOnlyList<Uri> addresses)
    {
        if (options.CertificateKeyFile is not null && options.CertificateFile is null)
            yield return "Bus:CertificateKeyFile is set, but Bus:CertificateFile is not.";
        if ((options.CaFile ?? options.CertificateFile) is not null && !addresses.Any(IsUsedBy))
            yield return "Bus:CaFile or Bus:CertificateFile is set, but no address in ConnectionStrings__rabbitmq begins with amqps://.";
        if (Failure(() => LoadAuthorities(options.CaFile)) is { } authorities)
            yield return $"Bus:CaFile ({options.CaFile}) must be a file with PEM certificates: {authorities}";
        if (Failure(() => LoadCertificate(options)) is { } certificate)
            yield return $"Bus:CertificateFile ({options.CertificateFile}) must be a PEM certificate, with its unencrypted key in the same file or in Bus:CertificateKeyFile: {certificate}";
    }

    public static bool IsUsedBy(Uri address) => address.Scheme == "amqps";

    public SslOption For(Uri address)
    {
        if (!IsUsedBy(address))
            return new SslOption { Enabled = false };
        var tls = new SslOption(address.Host, enabled: true);
        if (LoadCertificate(options) is { } certificate)
            tls.Certs = [certificate];
        if (LoadAuthorities(options.CaFile) is { } authorities)
            tls.CertificateValidationCallback = (_, shown, chain, errors) => IsTrusted(shown, chain, errors, authorities);
        return tls;
    }

    /// <summary>Whether the name matches and the certificate was issued by one of these authorities.</summary>
    private static bool IsTrusted(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (shown is not X509Certificate2 certificate || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        for (var i = 0; i < sent?.ChainElements.Count; i++)
            chain.ChainPolicy.ExtraStore.Add(sent.ChainElements[i].Certificate);
        return chain.Build(certificate);
    }

    private static X509Certificate2Collection? LoadAuthorities(string? file)
    {
        if (file is null)
            return null;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it contains none.");
    }

    private static X509Certificate2? LoadCertificate(BusOptions options)
    {
        if (options.CertificateFile is null)
            return null;
        using var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.CertificateKeyFile);
        // Windows rejects a TLS certificate whose key is only in memory; exported and loaded again, it is accepted.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string? Failure(Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return e.Message;
        }
    }
}
