using System.Buffers.Binary;

namespace LockNGen.Media.Formats;

/// <summary>Reads numbers from the beginning of a file; past its end they are 0, which all formats here treat as "unknown".</summary>
internal static class HeadBytes
{
    public static ReadOnlySpan<byte> From(this ReadOnlySpan<byte> bytes, long start) =>
        start < 0 || start >= bytes.Length ? default : bytes[(int)start..];

    public static ReadOnlySpan<byte> From(this ReadOnlySpan<byte> bytes, long start, long length)
    {
        var rest = bytes.From(start);
        return rest[..(int)Math.Clamp(length, 0, rest.Length)];
    }

    public static bool Has(this ReadOnlySpan<byte> bytes, long at, ReadOnlySpan<byte> expected) => bytes.From(at).StartsWith(expected);

    public static byte Byte(this ReadOnlySpan<byte> bytes, long at) => bytes.From(at, 1) is [var value] ? value : (byte)0;

    public static ushort Big16(this ReadOnlySpan<byte> bytes, long at) =>
        bytes.From(at) is { Length: >= 2 } rest ? BinaryPrimitives.ReadUInt16BigEndian(rest) : (ushort)0;

    public static uint Big32(this ReadOnlySpan<byte> bytes, long at) =>
        bytes.From(at) is { Length: >= 4 } rest ? BinaryPrimitives.ReadUInt32BigEndian(rest) : 0;

    public static ulong Big64(this ReadOnlySpan<byte> bytes, long at) =>
        bytes.From(at) is { Length: >= 8 } rest ? BinaryPrimitives.ReadUInt64BigEndian(rest) : 0;

    public static ushort Little16(this ReadOnlySpan<byte> bytes, long at) =>
        bytes.From(at) is { Length: >= 2 } rest ? BinaryPrimitives.ReadUInt16LittleEndian(rest) : (ushort)0;

    public static uint Little32(this ReadOnlySpan<byte> bytes, long at) =>
        bytes.From(at) is { Length: >= 4 } rest ? BinaryPrimitives.ReadUInt32LittleEndian(rest) : 0;

    public static ulong Little64(this ReadOnlySpan<byte> bytes, long at) =>
        bytes.From(at) is { Length: >= 8 } rest ? BinaryPrimitives.ReadUInt64LittleEndian(rest) : 0;

    /// <summary>A length in pixels; 0 (unknown) where no picture could have it.</summary>
    public static int Pixels(uint value) => value <= int.MaxValue ? (int)value : 0;

    /// <summary>Seconds, if both numbers are known.</summary>
    public static double? Seconds(double units, double unitsPerSecond) =>
        unitsPerSecond > 0 && Math.Round(units / unitsPerSecond, 3) is > 0 and < double.PositiveInfinity and var seconds ? seconds : null;
}
