namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>How to reach a server behind a login, a proxy or a private certificate.</summary>
public abstract class ComfyUiAccessOptions
{
    /// <summary>
    /// Sent with every request and with the handshake of the WebSocket, for example <c>Authorization</c>. A value <c>file:/run/secrets/token</c> is read from that
    /// file for every request, so it may change. Values are never shown.
    /// </summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A PEM file of the authorities that may have signed the server's certificate, or of that certificate itself. Default: the system's authorities.</summary>
    public string? CaFile { get; set; }

    /// <summary>Whether any certificate is accepted, even that of an eavesdropper. Default false.</summary>
    public bool SkipCertificateCheck { get; set; }

    /// <summary>
    /// The proxy for HTTP and WebSocket: an address such as <c>http://user:password@proxy:3128</c>, or <c>environment</c> for HTTP_PROXY, HTTPS_PROXY and
    /// NO_PROXY. Default: none, even if the environment names one.
    /// </summary>
    public string? Proxy { get; set; }
}
