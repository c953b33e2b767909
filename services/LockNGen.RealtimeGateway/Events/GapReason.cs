namespace LockNGen.RealtimeGateway.Events;

/// <summary>Why a cursor cannot be served.</summary>
internal enum GapReason
{
    /// <summary>The ring has moved on.</summary>
    WindowExceeded,

    /// <summary>The ring is gone, or began later, and only the database knows the generation.</summary>
    Expired,

    /// <summary>No one knows the generation.</summary>
    Unknown,

    /// <summary>The broker lost events on the way here.</summary>
    Lost,
}

internal static class GapReasons
{
    public static string OnTheWire(this GapReason reason) => reason switch
    {
        GapReason.WindowExceeded => "window_exceeded",
        GapReason.Expired => "expired",
        GapReason.Unknown => "unknown",
        _ => "lost",
    };
}
