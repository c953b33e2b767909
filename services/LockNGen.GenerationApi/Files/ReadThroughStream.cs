using LockNGen.Hosting.Streams;

namespace LockNGen.GenerationApi.Files;

/// <summary>Passes on what is read from another stream; subclasses check each read. Disposes of that stream.</summary>
internal abstract class ReadThroughStream(Stream inner) : ForwardStream
{
    private long _read;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeforeRead();
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        AfterRead();
        return read;
    }

    /// <summary>May refuse to read on.</summary>
    protected virtual void BeforeRead()
    {
    }

    /// <summary>May refuse what was read.</summary>
    protected virtual void AfterRead()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
