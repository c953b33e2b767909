namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>How a server is reached when something stands in front of it: a login, a proxy, a certificate of one's own.</summary>
public abstract class ComfyUiAccessOptions
{
    /// <summary>
    /// Sent with every request and with the handshake of the WebSocket, for example <c>Authorization</c>. A value <c>file:/run/secrets/token</c> is read from that
    /// file, again for every request, so that it may change. Values are never shown.
    /// </summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A PEM file of the certificates that the server's certificate may be signed by, or of the server's own. Default: those that the system trusts.</summary>
    public string? CaFile { get; set; }

    /// <summary>Whether any certificate will do, also one of somebody who listens in. Default false.</summary>
    public bool SkipCertificateCheck { get; set; }

    /// <summary>
    /// The proxy for HTTP and WebSocket alike: an address such as <c>http://user:password@proxy:3128</c>, or <c>environment</c> for HTTP_PROXY, HTTPS_PROXY and
    /// NO_PROXY. Default: none, whatever the environment says.
    /// </summary>
    public string? Proxy { get; set; }
}
