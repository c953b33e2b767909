using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LockNGen.TestSupport;

/// <summary>
/// TLS in front of a server on this machine, with its own authority, only for clients with a certificate of that authority. Its files
/// are for the client.
/// </summary>
public sealed class TlsFront : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-tls-").FullName;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _certificate;
    private readonly int _target;
    private readonly Task _accepting;

    /// <summary>Begins to listen, on behalf of that port.</summary>
    public TlsFront(int target)
    {
        _target = target;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        _certificate = Issue("localhost");
        File.WriteAllText(CaFile, _authority.ExportCertificatePem());
        using var client = Issue("client");
        File.WriteAllText(CertificateFile, client.ExportCertificatePem());
        File.WriteAllText(KeyFile, client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The authority's certificate, PEM.</summary>
    public string CaFile => Path.Combine(_folder, "ca.crt");

    /// <summary>A client's certificate, PEM.</summary>
    public string CertificateFile => Path.Combine(_folder, "tls.crt");

    /// <summary>That certificate's key, PEM.</summary>
    public string KeyFile => Path.Combine(_folder, "tls.key");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
        _authority.Dispose();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_closing.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Closing; or a client that left before it was accepted.
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await using var tls = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown?.Issuer == _authority.Subject);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate, ClientCertificateRequired = true }, _closing.Token);
                await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
                var plain = server.GetStream();
                await await Task.WhenAny(tls.CopyToAsync(plain, _closing.Token), plain.CopyToAsync(tls, _closing.Token));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or SocketException or OperationCanceledException)
            {
                // One side is gone, or sent no certificate; the other notices when the connection closes.
            }
        }
    }
}
