namespace LockNGen.ComfyDoors.Frames;

/// <summary>Something to send to a socket.</summary>
/// <param name="Kind">How it is treated when the reader is slow.</param>
internal abstract record Frame(FrameKind Kind)
{
    /// <summary>Its share of the backlog while it waits, in bytes.</summary>
    public abstract int Bytes { get; }
}

/// <summary>A complete text frame.</summary>
internal sealed record TextFrame(ReadOnlyMemory<byte> Utf8, FrameKind Kind = FrameKind.State) : Frame(Kind)
{
    public override int Bytes => Utf8.Length;
}

/// <summary>A preview picture of a running node.</summary>
internal sealed record PreviewFrame(Guid PromptId, string NodeId, string ContentType, byte[] Image) : Frame(FrameKind.Preview)
{
    public override int Bytes => Image.Length;
}

/// <summary>A result that its node sends through the socket (SaveImageWebsocket); its bytes are fetched when its turn comes.</summary>
internal sealed record ResultFrame(Guid PromptId, string NodeId, int Index, string ContentType) : Frame(FrameKind.State)
{
    public override int Bytes => 64;
}

/// <summary>How a frame is treated when the reader is slow.</summary>
internal enum FrameKind
{
    /// <summary>Never dropped.</summary>
    State,

    /// <summary>Superseded by a newer one of its timeline.</summary>
    Progress,

    /// <summary>Likewise: all nodes that have run, and their progress.</summary>
    ProgressState,

    /// <summary>A custom node's event; may be dropped.</summary>
    Custom,

    /// <summary>The first to be dropped.</summary>
    Preview,
}
