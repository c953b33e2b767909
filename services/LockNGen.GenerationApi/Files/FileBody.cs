using LockNGen.Hosting.Streams;
using LockNGen.Media;
using LockNGen.Media.Types;

namespace LockNGen.GenerationApi.Files;

/// <summary>A file being received: its first bytes are examined before the whole is stored.</summary>
internal static class FileBody
{
    /// <summary>Reads the beginning; the returned stream starts with it again.</summary>
    public static async Task<(MediaInfo Info, ReadOnlyMemory<byte> Head, Stream Content)> PeekAsync(Stream body, CancellationToken cancellationToken)
    {
        var head = new byte[MediaFile.HeadLength];
        var length = await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return (MediaFile.Recognize(head.AsSpan(0, length)), head.AsMemory(0, length), new PrefixedStream(head.AsMemory(0, length), body));
    }

    /// <summary>Reads a prefix, then the rest.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ForwardStream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_prefix.IsEmpty)
                return await rest.ReadAsync(buffer, cancellationToken);
            var length = Math.Min(buffer.Length, _prefix.Length);
            _prefix[..length].CopyTo(buffer);
            _prefix = _prefix[length..];
            return length;
        }
    }
}
