using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LockNGen.Messaging;

/// <summary>Name-based UUIDs (RFC 9562, version 5: SHA-1 of a namespace and a name).</summary>
public static class MessageIds
{
    /// <summary>The message id of an event: the same for every publish of it.</summary>
    public static Guid Of(Guid generationId, long sequence)
    {
        Span<byte> name = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(name, sequence);
        return Version5(generationId, name);
    }

    /// <summary>The version 5 UUID of a name within a namespace.</summary>
    public static Guid Version5(Guid @namespace, ReadOnlySpan<byte> name)
    {
        Span<byte> input = name.Length <= 240 ? stackalloc byte[16 + name.Length] : new byte[16 + name.Length];
        @namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 defines version 5 by SHA-1; nothing secret hangs on it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
