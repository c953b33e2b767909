using System.Buffers;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>
/// Copies one stream to another piece by piece, leaving pieces out or blanking them on the way. It holds no more than one small buffer,
/// however large the file; at the end of the source every step does nothing.
/// </summary>
internal sealed class FilteredCopy(Stream source, Stream destination) : IDisposable
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int _start;
    private int _end;

    /// <summary>The next bytes, as many as asked for (at most a few hundred) or as there are. They stay where they are.</summary>
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

    /// <summary>Writes something in place of the next bytes, of which there are as many.</summary>
    public async Task ReplaceAsync(ReadOnlyMemory<byte> replacement, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(replacement, cancellationToken);
        await SkipAsync(replacement.Length, cancellationToken);
    }

    public Task CopyAsync(long count, CancellationToken cancellationToken) =>
        TakeAsync(count, piece => destination.WriteAsync(piece, cancellationToken), cancellationToken);

    public Task CopyRestAsync(CancellationToken cancellationToken) => CopyAsync(long.MaxValue, cancellationToken);

    /// <summary>Writes zeros in place of the next bytes, so that everything behind them stays where the file says it is.</summary>
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
            count -= length;
        }
    }
}
