using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Files;

/// <summary>Reads another stream for as long as there is room where it goes: the disk may fill while a large file comes, by this one or by others.</summary>
internal sealed class RoomStream(Stream inner, FreeSpace space, Func<Exception> noRoom) : Stream
{
    private const int Between = 8 << 20;

    private long _read;
    private long _checkedAt;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_read - _checkedAt >= Between)
        {
            _checkedAt = _read;
            if (!space.HasRoom())
                throw noRoom();
        }

        var read = await inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        return read;
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
