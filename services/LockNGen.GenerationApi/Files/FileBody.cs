using LockNGen.Media;
using LockNGen.Media.Types;

namespace LockNGen.GenerationApi.Files;

/// <summary>A file as it is received: its first bytes are looked at before the whole is stored.</summary>
internal static class FileBody
{
    /// <summary>Reads the beginning; the returned stream begins with it again.</summary>
    public static async Task<(MediaInfo Info, ReadOnlyMemory<byte> Head, Stream Content)> PeekAsync(Stream body, CancellationToken cancellationToken)
    {
        var head = new byte[MediaFile.HeadLength];
        var length = await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return (MediaFile.Recognize(head.AsSpan(0, length)), head.AsMemory(0, length), new PrefixedStream(head.AsMemory(0, length), body));
    }

    /// <summary>Reads a prefix, then the rest.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_prefix.IsEmpty)
                return await rest.ReadAsync(buffer, cancellationToken);
            var length = Math.Min(buffer.Length, _prefix.Length);
            _prefix[..length].CopyTo(buffer);
            _prefix = _prefix[length..];
            return length;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
