namespace LockNGen.RealtimeGateway.Connections;

/// <summary>Why the server ends a connection, and what the client should do about it.</summary>
public static class CloseCode
{
    /// <summary>Nothing more will come: do not reconnect.</summary>
    public const int Done = 1000;

    /// <summary>This replica is shutting down (after <c>server.draining</c>): reconnect; another one resumes from your cursor.</summary>
    public const int GoingAway = 1001;

    /// <summary>Broken framing: fix the client.</summary>
    public const int ProtocolError = 1002;

    /// <summary>A binary frame: send JSON text.</summary>
    public const int UnsupportedData = 1003;

    /// <summary>Text that is not UTF-8 or not JSON: fix the client.</summary>
    public const int InvalidPayload = 1007;

    /// <summary>The token expired or was revoked, or too many frames were received: get a new token, then reconnect once.</summary>
    public const int NotAllowed = 1008;

    /// <summary>A message larger than the limit.</summary>
    public const int TooBig = 1009;

    /// <summary>Over capacity: reconnect with a long backoff.</summary>
    public const int TryAgainLater = 1013;

    /// <summary>A ping was not answered in time: reconnect with backoff and resume.</summary>
    public const int HeartbeatTimeout = 4408;

    /// <summary>The client reads more slowly than events arrive: reconnect with backoff and resume, or watch less.</summary>
    public const int TooSlow = 4429;
}
