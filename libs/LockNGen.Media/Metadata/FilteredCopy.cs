using System.Buffers;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Copies one stream to another piece by piece, dropping or blanking pieces on the way. It holds no more than one small buffer,
/// however large the file; at the end of the source every step is a no-op.
/// </summary>
internal sealed class FilteredCopy(Stream source, Stream destination) : IDisposable
{
    /// <summary>More than a JPEG segment or an Ogg page can have.</summary>
    public const int LongestPeek = 80 << 10;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
    private int _start;
    private int _end;

    /// <summary>The number of source bytes consumed.</summary>
    public long Position { get; private set; }

    /// <summary>Up to that many of the next bytes (at most <see cref="LongestPeek"/>), without consuming them.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            _end += await source.ReadAtLeastAsync(_buffer.AsMemory(_end), count - _end, throwOnEndOfStream: false, cancellationToken);
        }

        return _buffer.AsMemory(_start, Math.Min(count, _end - _start));
    }

    /// <summary>Whether the source has ended.</summary>
    public async ValueTask<bool> IsAtEndAsync(CancellationToken cancellationToken) => (await PeekAsync(1, cancellationToken)).IsEmpty;

    /// <summary>Consumes the next bytes and returns them; fewer at the end of the file.</summary>
    public async Task<byte[]> TakeAsync(int count, CancellationToken cancellationToken)
    {
        using var taken = new MemoryStream();
        await TakeAsync(count, piece => taken.WriteAsync(piece, cancellationToken), cancellationToken);
        return taken.ToArray();
    }

    /// <summary>Writes bytes that are not in the source.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => destination.WriteAsync(bytes, cancellationToken).AsTask();

    /// <summary>Writes bytes in place of as many of the source.</summary>
    public async Task ReplaceAsync(ReadOnlyMemory<byte> replacement, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(replacement, cancellationToken);
        await SkipAsync(replacement.Length, cancellationToken);
    }

    public Task CopyAsync(long count, CancellationToken cancellationToken) =>
        TakeAsync(count, piece => destination.WriteAsync(piece, cancellationToken), cancellationToken);

    public Task CopyRestAsync(CancellationToken cancellationToken) => CopyAsync(long.MaxValue, cancellationToken);

    /// <summary>Writes zeros in place of the next bytes, so that everything after them keeps its offset.</summary>
    public Task BlankAsync(long count, CancellationToken cancellationToken) =>
        TakeAsync(
            count,
            piece =>
            {
                piece.Span.Clear();
                return destination.WriteAsync(piece, cancellationToken);
            },
            cancellationToken);

    public Task SkipAsync(long count, CancellationToken cancellationToken) =>
        TakeAsync(count, _ => ValueTask.CompletedTask, cancellationToken);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async Task TakeAsync(long count, Func<Memory<byte>, ValueTask> write, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (_start == _end)
                (_start, _end) = (0, await source.ReadAsync(_buffer, cancellationToken));
            if (_end == 0)
                return;
            var length = (int)Math.Min(count, _end - _start);
            await write(_buffer.AsMemory(_start, length));
            _start += length;
            Position += length;
            count -= length;
        }
    }
}
