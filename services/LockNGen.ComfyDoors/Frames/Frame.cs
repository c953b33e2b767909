namespace LockNGen.ComfyDoors.Frames;

/// <summary>Something to send to a socket.</summary>
/// <param name="Kind">What may happen to it on its way to a slow reader.</param>
internal abstract record Frame(FrameKind Kind)
{
    /// <summary>How much it weighs while it waits.</summary>
    public abstract int Bytes { get; }
}

/// <summary>A text frame, finished.</summary>
internal sealed record TextFrame(ReadOnlyMemory<byte> Utf8, FrameKind Kind = FrameKind.State) : Frame(Kind)
{
    public override int Bytes => Utf8.Length;
}

/// <summary>A picture of a node that is at work.</summary>
internal sealed record PreviewFrame(Guid PromptId, string NodeId, string ContentType, byte[] Image) : Frame(FrameKind.Preview)
{
    public override int Bytes => Image.Length;
}

/// <summary>A result that its node sends through the socket (SaveImageWebsocket); its bytes are fetched when it is its turn.</summary>
internal sealed record ResultFrame(Guid PromptId, string NodeId, int Index, string ContentType) : Frame(FrameKind.State)
{
    public override int Bytes => 64;
}

/// <summary>What may happen to a frame on its way to a slow reader.</summary>
internal enum FrameKind
{
    /// <summary>It is never dropped.</summary>
    State,

    /// <summary>A newer one of its timeline says more.</summary>
    Progress,

    /// <summary>Likewise: all nodes that have run, and how far they are.</summary>
    ProgressState,

    /// <summary>An event of a custom node; may be lost.</summary>
    Custom,

    /// <summary>The first to go.</summary>
    Preview,
}
