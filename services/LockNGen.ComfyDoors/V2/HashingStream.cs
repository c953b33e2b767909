using LockNGen.Hosting.Streams;

namespace LockNGen.ComfyDoors.V2;

/// <summary>Hashes (BLAKE3) and counts what is read through it.</summary>
internal sealed class HashingStream(Stream inner) : ForwardStream
{
    private readonly Blake3.Hasher _hasher = Blake3.Hasher.New();

    /// <summary>The number of bytes read.</summary>
    public long Bytes { get; private set; }

    /// <summary>The hash, in hexadecimal.</summary>
    public string Hash() => _hasher.Finalize().ToString();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _hasher.Update(buffer.Span[..read]);
        Bytes += read;
        return read;
    }
}
