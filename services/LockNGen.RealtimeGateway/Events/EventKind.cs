using LockNGen.Contracts;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>The kind of a message, as a number: the hot path compares no strings.</summary>
internal enum EventKind : byte
{
    Queued,
    Started,
    Node,
    Progress,
    Preview,
    Custom,
    Image,
    Completed,
    Failed,
    Cancelled,

    /// <summary>Created here: the reduction of a generation.</summary>
    Snapshot,

    /// <summary>Created here: gap, error, ready, pong, draining.</summary>
    Control,

    /// <summary>A WebSocket frame that is complete already (pong, close); nothing on other transports.</summary>
    Frame,

    /// <summary>A heartbeat: WebSocket ping, SSE comment.</summary>
    Heartbeat,
}

/// <summary>Properties of event kinds.</summary>
internal static class EventKinds
{
    private static readonly string[] Names = [.. GenerationEventTypes.All, GenerationEventTypes.Snapshot];

    /// <summary>All kinds that travel on the broker, as a set of bits.</summary>
    public const uint All = (1u << (int)EventKind.Snapshot) - 1;

    /// <summary>Those kinds of which only the newest counts, as a set of bits.</summary>
    public const uint Progress =
        (1u << (int)EventKind.Node) | (1u << (int)EventKind.Progress) | (1u << (int)EventKind.Preview) | (1u << (int)EventKind.Custom);

    public static uint Bit(this EventKind kind) => 1u << (int)kind;

    public static string Name(this EventKind kind) => Names[(int)kind];

    public static bool TryParse(ReadOnlySpan<char> name, out EventKind kind)
    {
        for (var i = 0; i < (int)EventKind.Snapshot; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                kind = (EventKind)i;
                return true;
            }
        }

        kind = default;
        return false;
    }

    public static bool TryParse(ReadOnlySpan<byte> name, out EventKind kind)
    {
        // "generation." is common to all; the rest has at most 9 letters.
        Span<char> text = stackalloc char[24];
        if (name.Length <= text.Length && System.Text.Ascii.ToUtf16(name, text, out var length) == System.Buffers.OperationStatus.Done)
            return TryParse(text[..length], out kind);
        kind = default;
        return false;
    }

    /// <summary>Whether the event stream keeps events of this kind, and no one may miss one unannounced; all others are progress.</summary>
    public static bool IsState(this EventKind kind) =>
        kind is EventKind.Queued or EventKind.Started or EventKind.Image || kind.IsTerminal();

    public static bool IsTerminal(this EventKind kind) => kind is EventKind.Completed or EventKind.Failed or EventKind.Cancelled;

    /// <summary>
    /// Whether a newer event of the same kind and generation supersedes this one: the reduction needs only the newest, and a
    /// slow reader may lose the others. The first <c>queued</c> of a generation is state.
    /// </summary>
    public static bool IsProgress(this EventKind kind, long sequence) =>
        kind is EventKind.Node or EventKind.Progress or EventKind.Preview or EventKind.Custom || (kind == EventKind.Queued && sequence > 1);
}
