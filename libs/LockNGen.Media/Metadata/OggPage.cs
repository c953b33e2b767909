using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>A page of Ogg (RFC 3533): parts of packets, whose lengths are sums of bytes that end with one below 255.</summary>
internal sealed record OggPage(byte Flags, ulong Position, uint Serial, uint Number, byte[] Segments, byte[] Data)
{
    public const int HeaderLength = 27;
    public const int MostSegments = 255;
    public const byte Continues = 1;
    private const byte First = 2;
    private const int ChecksumAt = 22;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public bool IsFirst => (Flags & First) != 0;

    /// <summary>The length of the page that starts here; null if none does.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith("OggS"u8) || bytes.Length < HeaderLength + bytes[HeaderLength - 1])
            return null;
        var length = HeaderLength + bytes[HeaderLength - 1];
        foreach (var segment in bytes[HeaderLength..length])
            length += segment;
        return length;
    }

    public static OggPage Read(ReadOnlySpan<byte> page)
    {
        var data = HeaderLength + page[HeaderLength - 1];
        return new(
            page[5],
            BinaryPrimitives.ReadUInt64LittleEndian(page[6..]),
            BinaryPrimitives.ReadUInt32LittleEndian(page[14..]),
            BinaryPrimitives.ReadUInt32LittleEndian(page[18..]),
            page[HeaderLength..data].ToArray(),
            page[data..].ToArray());
    }

    public byte[] ToBytes()
    {
        byte[] page = [.. "OggS"u8, 0, Flags, .. new byte[20], (byte)Segments.Length, .. Segments, .. Data];
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(6), Position);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(14), Serial);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(18), Number);
        var checksum = 0u;
        foreach (var value in page)
            checksum = (checksum << 8) ^ Table[(checksum >> 24) ^ value];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(ChecksumAt), checksum);
        return page;
    }

    // The polynomial of Ethernet, not reflected.
    private static uint Entry(int index)
    {
        var entry = (uint)index << 24;
        for (var bit = 0; bit < 8; bit++)
            entry = (entry & 0x8000_0000) != 0 ? (entry << 1) ^ 0x04C1_1DB7 : entry << 1;
        return entry;
    }
}
