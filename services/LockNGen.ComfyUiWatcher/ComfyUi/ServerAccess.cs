using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Sockets;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// How to reach a server, by HTTP and by WebSocket: the same headers and query, proxy and certificates. Redirects are not followed: ComfyUI sends none,
/// and a redirect could lead to addresses that only this network has.
/// </summary>
internal sealed class ServerAccess : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The interval after which the name is resolved again.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly Credentials _credentials;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="address">The server's address, with its secrets.</param>
    /// <param name="options">How to reach it.</param>
    /// <param name="loop">Reads unencrypted WebSockets; null leaves them to .NET.</param>
    public ServerAccess(ServerAddress address, ComfyUiAccessOptions options, SocketLoop? loop = null)
    {
        _credentials = new Credentials(address, options);
        Server = address.Server;
        // Every call has its own deadline.
        Http = new HttpClient(new AccessHandler(_credentials, CreateHandler(options))) { BaseAddress = Server, Timeout = Timeout.InfiniteTimeSpan };
        var sockets = CreateHandler(options);
        if (loop is not null && Server.Scheme == Uri.UriSchemeHttp)
            sockets.ConnectCallback = (context, cancellationToken) => loop.ConnectAsync(context.DnsEndPoint, cancellationToken);
        Sockets = new HttpMessageInvoker(new HandshakeHandler(this, new AccessHandler(_credentials, sockets)));
    }

    /// <summary>With a slash at the end, and without secrets.</summary>
    public Uri Server { get; }

    public HttpClient Http { get; }

    /// <summary>Makes the handshakes of WebSockets.</summary>
    public HttpMessageInvoker Sockets { get; }

    /// <summary>A text without secrets, wherever it came from: a proxy's page may repeat what it was sent.</summary>
    public string Mask(string text) => _credentials.Mask(text);

    public void Dispose()
    {
        Http.Dispose();
        Sockets.Dispose();
    }

    private static SocketsHttpHandler CreateHandler(ComfyUiAccessOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // Catalogs are megabytes of text, and some proxies compress unasked.
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            UseProxy = options.Proxy is { Length: > 0 },
        };
        if (handler.UseProxy && options.Proxy != ServerAddress.EnvironmentProxy)
            handler.Proxy = ProxyAt(new Uri(options.Proxy!));
        if (options.CaFile is { Length: > 0 } file)
            handler.SslOptions.CertificateChainPolicy = Trusting(file);
#pragma warning disable CA5359 // The operator has asked for it with the option.
        if (options.SkipCertificateCheck)
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        return handler;
    }

    private static WebProxy ProxyAt(Uri address)
    {
        var user = address.UserInfo.Split(':', 2);
        var shown = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        return address.UserInfo.Length == 0
            ? new WebProxy(shown)
            : new WebProxy(shown) { Credentials = new NetworkCredential(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")) };
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
