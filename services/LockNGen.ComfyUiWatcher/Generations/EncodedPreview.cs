using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>The picture of a preview event.</summary>
internal sealed record EncodedPreview(string ContentType, byte[] Bytes)
{
    public GenerationPreviewBytes Of(GenerationEvent message) => new()
    {
        GenerationId = message.GenerationId,
        Sequence = message.Sequence,
        ContentType = ContentType,
        Bytes = Bytes,
        NodeId = (message as GenerationPreviewed)?.Data.NodeId,
    };
}
