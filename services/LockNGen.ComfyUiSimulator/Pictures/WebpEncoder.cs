using System.Buffers.Binary;

namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>
/// Lossless WebP in its simplest form: no transforms, and prefix codes in which every byte has eight bits. As big as
/// the raw picture, but a picture every browser shows; ComfyUI's <c>/view?preview=webp</c> needs no more here.
/// </summary>
internal sealed class WebpEncoder(MemoryStream output)
{
    private const int LiteralSymbols = 256;
    private const int GreenSymbols = LiteralSymbols + 24;
    private ulong _bits;
    private int _count;

    public static byte[] Encode(Bitmap bitmap)
    {
        using var output = new MemoryStream();
        new WebpEncoder(output).WriteImage(bitmap);
        var data = output.ToArray();
        var file = new byte[20 + data.Length + (data.Length & 1)];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WEBPVP8L"u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), data.Length);
        data.CopyTo(file, 20);
        return file;
    }

    private void WriteImage(Bitmap bitmap)
    {
        Write(0x2F, 8);
        Write((uint)bitmap.Width - 1, 14);
        Write((uint)bitmap.Height - 1, 14);
        Write(0, 1); // no alpha
        Write(0, 3); // version
        Write(0, 1); // no transform
        Write(0, 1); // no colour cache
        Write(0, 1); // one set of prefix codes
        WriteByteCode(GreenSymbols);
        WriteByteCode(LiteralSymbols); // red
        WriteByteCode(LiteralSymbols); // blue
        WriteSingleSymbol(255); // alpha: always opaque, so it takes no bits
        WriteSingleSymbol(0); // distance: never used

        for (var i = 0; i < bitmap.Rgb.Length; i += 3)
        {
            WriteReversed(bitmap.Rgb[i + 1]);
            WriteReversed(bitmap.Rgb[i]);
            WriteReversed(bitmap.Rgb[i + 2]);
        }

        if (_count > 0)
            Write(0, 8 - _count);
    }

    /// <summary>Code lengths: eight for each of the first 256 symbols, zero for the rest.</summary>
    private void WriteByteCode(int symbols)
    {
        Write(0, 1); // not a simple code
        // The lengths are themselves prefix-coded, with two symbols of one bit: length 0 (bit 0) and length 8 (bit 1).
        // Their order in the file is 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8.
        Write(12 - 4, 4);
        for (var i = 0; i < 12; i++)
            Write(i is 2 or 11 ? 1u : 0u, 3);
        Write(0, 1); // lengths for the whole alphabet follow
        for (var i = 0; i < symbols; i++)
            Write(i < LiteralSymbols ? 1u : 0u, 1);
    }

    private void WriteSingleSymbol(byte symbol)
    {
        Write(1, 1); // simple code
        Write(0, 1); // with one symbol
        Write(1, 1); // of eight bits
        Write(symbol, 8);
    }

    /// <summary>Prefix codes are packed most significant bit first, everything else least significant first.</summary>
    private void WriteReversed(byte value) => Write((uint)(((value * 0x0202020202UL) & 0x010884422010UL) % 1023), 8);

    private void Write(uint value, int length)
    {
        _bits |= (ulong)value << _count;
        _count += length;
        for (; _count >= 8; _count -= 8)
        {
            output.WriteByte((byte)_bits);
            _bits >>= 8;
        }
    }
}
