using System.Buffers;
using System.Security.Cryptography;

namespace LockNGen.GenerationApi.ObjectStorage;

/// <summary>
/// Cuts a stream of unknown length into parts, one in memory at a time. The buffer grows with the content received: a small picture takes little, and
/// a slow sender cannot take much.
/// </summary>
internal sealed class PartReader(Stream content, int partLength) : IDisposable
{
    private const int FirstBuffer = 256 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);

    /// <summary>Of what has been read.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the next part, which is valid until the one after; shorter than a part, empty perhaps, at the end.</summary>
    public async Task<ArraySegment<byte>> NextAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (length < partLength)
        {
            if (length == _buffer.Length)
                Grow();
            var room = Math.Min(_buffer.Length, partLength) - length;
            var read = await content.ReadAsync(_buffer.AsMemory(length, room), cancellationToken);
            if (read == 0)
                break;
            _hash.AppendData(_buffer, length, read);
            length += read;
        }

        Length += length;
        return new ArraySegment<byte>(_buffer, 0, length);
    }

    /// <summary>Lower-case hexadecimal SHA-256 of all parts.</summary>
    public string Hash() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _hash.Dispose();
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * _buffer.Length, partLength));
        _buffer.CopyTo(larger.AsSpan());
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
