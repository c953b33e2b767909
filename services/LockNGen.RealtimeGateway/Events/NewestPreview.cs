namespace LockNGen.RealtimeGateway.Events;

/// <summary>The newest preview of a generation.</summary>
internal sealed record NewestPreview(long Sequence, string ContentType, byte[] Bytes);
