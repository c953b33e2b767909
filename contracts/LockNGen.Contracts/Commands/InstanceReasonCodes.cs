namespace LockNGen.Contracts;

/// <summary>The values of <see cref="InstanceReport.ReasonCode"/>; more may come, so readers show the reason of one that they do not know.</summary>
public static class InstanceReasonCodes
{
    /// <summary>A login in front of ComfyUI refuses the requests: credentials are missing, wrong or expired.</summary>
    public const string NeedsAuthentication = "needsAuthentication";

    /// <summary>Something in front of ComfyUI answers in its place: a page, a limit, a gateway's error.</summary>
    public const string ProxyError = "proxyError";

    /// <summary>The server's certificate is not trusted, or TLS fails in another way.</summary>
    public const string TlsError = "tlsError";

    /// <summary>The instance is up, but WebSockets do not get through: it works without live progress.</summary>
    public const string NoWebSocket = "noWebSocket";

    /// <summary>Its queue or history is larger than the limits allow.</summary>
    public const string AnswerTooLarge = "answerTooLarge";
}
