namespace LockNGen.RealtimeGateway.Events;

/// <summary>The newest preview of a generation.</summary>
internal sealed record PreviewImage(long Sequence, string ContentType, byte[] Bytes);
